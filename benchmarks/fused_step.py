"""Time of a training step of cifar-vgg with fused layers beside qkeras's and Keras's own, in turns.

    python benchmarks/fused_step.py
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import time
from statistics import median

import numpy as np

from training.config import build_config
from training.fused_layers import fuse_layers
from training.method import method_callback
from training.run import build_model, load_data

STEPS, ROUNDS = 20, 7


def main() -> None:
    config = build_config({"preset": "cifar-vgg", "width": 16, "stage1_epochs": ROUNDS})
    data = load_data(config)
    x, y = (part[: config.batch_size * STEPS] for part in (data.x_train, np.asarray(data.y_train)))
    models = {"fused": build_model(config, data), "plain": build_model(config, data)}
    fuse_layers(models["fused"])
    callbacks = {name: method_callback(config) for name in models}
    times = {name: [] for name in models}
    for number in range(ROUNDS):
        for name, model in models.items():
            started = time.perf_counter()
            model.fit(x, y, batch_size=config.batch_size, initial_epoch=number, epochs=number + 1,
                      verbose=0, callbacks=[callbacks[name]])  # fmt: skip
            times[name].append((time.perf_counter() - started) / STEPS * 1e3)
    fused, plain = times["fused"][1:], times["plain"][1:]
    ratio = median(a / b for a, b in zip(fused, plain, strict=True))
    print("| cifar-vgg, width 16, batch 128 | ms a step | fused / it |\n|---|---|---|")
    print(f"| fused layers | {median(fused):.0f} | 1.00 |")
    print(f"| plain layers | {median(plain):.0f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
