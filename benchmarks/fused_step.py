"""Time of a training step of cifar-vgg with fused layers beside qkeras's and Keras's own, in turns.

    python benchmarks/fused_step.py [WIDTH]
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import sys
import time
from statistics import median

import numpy as np

from training.config import build_config
from training.fused_layers import fuse_layers
from training.method import method_callback
from training.run import build_model, load_data

STEPS, ROUNDS = 10, 6


def main() -> None:
    width = int(sys.argv[1]) if len(sys.argv) > 1 else 16
    base = build_config({"preset": "cifar-vgg", "width": width, "stage1_epochs": ROUNDS})
    data = load_data(base)
    x, y = (part[: base.batch_size * STEPS] for part in (data.x_train, np.asarray(data.y_train)))
    models, callbacks = {}, {}
    for precision in ("float32", "mixed_bfloat16"):
        config = base.model_copy(update={"precision": precision})
        for kind in ("fused", "plain"):
            name = f"{kind} layers, {precision}"
            models[name], callbacks[name] = build_model(config, data), method_callback(config)
            if kind == "fused":
                fuse_layers(models[name])
    times = {name: [] for name in models}
    for number in range(ROUNDS):
        for name, model in models.items():
            started = time.perf_counter()
            model.fit(x, y, batch_size=base.batch_size, initial_epoch=number, epochs=number + 1,
                      verbose=0, callbacks=[callbacks[name]])  # fmt: skip
            times[name].append((time.perf_counter() - started) / STEPS * 1e3)
    print(f"| cifar-vgg, width {width}, batch {base.batch_size} | ms a step | of plain float32 |")
    print("|---|---|---|")
    plain = times["plain layers, float32"][1:]
    for name, found in times.items():
        ratio = median(a / b for a, b in zip(found[1:], plain, strict=True))
        print(f"| {name} | {median(found[1:]):.0f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
