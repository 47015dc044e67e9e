"""Trains one network with HGQ2.  Runs in HGQ2's own environment, on JAX.

β, the price of an effective bit operation (EBOP), grows from BETA_BEGIN on a logarithmic scale to
`--beta` in the middle part of the training and stays there; the learning rate follows a cosine.
Every epoch on the Pareto front of validation accuracy and EBOPs is kept, as HGQ2 recommends.
"""

from __future__ import annotations

import argparse
import functools
import json
import math
import time
from pathlib import Path

import jax
import keras
import numpy as np

from benchmarks.hgq2.networks import build_network, open_data
from benchmarks.hgq2.selection import NAME, checkpoints

BETA_BEGIN = 1e-6
RAMP = (0.03, 0.7)  # of all epochs
TEACHER, TEMPERATURE = 0.7, 2.0  # as the preset of jets is taught in docs/jets.md


def callbacks(folder, epochs, beta, learning_rate):
    """Schedules, the Pareto front, and a copy after each epoch to go on from."""
    from hgq.utils.sugar import BetaScheduler, FreeEBOPs, ParetoFront, PieceWiseSchedule

    begin, end = (round(part * epochs) for part in RAMP)
    ramp = [(0, BETA_BEGIN, "constant"), (begin, BETA_BEGIN, "log"), (end, beta, "constant")]
    front = ParetoFront(folder / "front", ["val_accuracy", "ebops"], [1, -1], NAME)
    for kept in checkpoints(folder / "front"):  # of a training that was interrupted
        front.paths.append(kept.path)
        front.record.append(np.array([kept.validation_accuracy, kept.ebops]))
    return [
        keras.callbacks.BackupAndRestore(str(folder / "backup")),
        keras.callbacks.LearningRateScheduler(
            lambda epoch: learning_rate * (1 + math.cos(math.pi * epoch / epochs)) / 2
        ),
        BetaScheduler(PieceWiseSchedule(ramp)),
        FreeEBOPs(),
        front,
        keras.callbacks.CSVLogger(str(folder / "history.csv"), append=True),
    ]


def loss_of_logits(logits, labels, teacher=None):
    """Mean cross-entropy to the labels, mixed with a teacher as in qkeras_models.distillation.

    (1 − w) · CE(labels, logits) + w · T² · KL(softmax(teacher / T), softmax(logits / T)).
    """
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits)
    if teacher is None:
        return loss
    soft = jax.nn.log_softmax(logits / TEMPERATURE)
    wanted = jax.nn.log_softmax(teacher / TEMPERATURE)
    distance = (jax.numpy.exp(wanted) * (wanted - soft)).sum(axis=-1).mean()
    return (1 - TEACHER) * loss + TEACHER * TEMPERATURE**2 * distance


def epoch_function(model):
    """All steps of an epoch as one compiled loop, which spares `fit` its work between steps.

    (variables, samples, targets) to (variables, mean loss, accuracy); targets are labels and, if
    there is a teacher, its logits.
    """

    def loss_of(trainable, other, x, y):
        logits, other, penalties = model.stateless_call(
            trainable, other, x, training=True, return_losses=True
        )
        right = jax.numpy.mean(jax.numpy.argmax(logits, axis=-1) == y[0])
        return loss_of_logits(logits, *y) + sum(penalties), (other, right)

    gradient = jax.value_and_grad(loss_of, has_aux=True)

    def step(variables, batch):
        trainable, other, optimizer = variables
        (loss, (other, right)), slope = gradient(trainable, other, *batch)
        trainable, optimizer = model.optimizer.stateless_apply(optimizer, slope, trainable)
        return (trainable, other, optimizer), (loss, right)

    @functools.partial(jax.jit, donate_argnums=0)
    def epoch(variables, samples, targets):
        variables, (losses, right) = jax.lax.scan(step, variables, (samples, targets))
        return variables, losses.mean(), right.mean()

    return epoch


def variables_of(model):
    return model.trainable_variables, model.non_trainable_variables, model.optimizer.variables


def fit(model, draw, validation, epochs, watching):
    """As keras.Model.fit, with the same callbacks; `draw` gives the batches of an epoch."""
    run_epoch = epoch_function(model)
    watchers = keras.callbacks.CallbackList(watching, model=model, epochs=epochs)
    watchers.on_train_begin()
    for number in range(getattr(model, "_initial_epoch", None) or 0, epochs):
        watchers.on_epoch_begin(number, {})
        values = tuple([v.value for v in group] for group in variables_of(model))
        values, loss, right = run_epoch(values, *draw(number))
        for group, new in zip(variables_of(model), values, strict=True):
            for variable, value in zip(group, new, strict=True):
                variable.assign(value)
        if not math.isfinite(loss):
            raise FloatingPointError(f"the loss of epoch {number} is {loss}")
        guesses = model.predict(validation[0], batch_size=1000, verbose=0).argmax(axis=1)
        logs = {
            "accuracy": float(right),
            "loss": float(loss),
            "val_accuracy": float((guesses == validation[1]).mean()),
        }
        watchers.on_epoch_end(number, logs)
        print(number, round(time.process_time(), 1), logs, flush=True)
    watchers.on_train_end()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--network", required=True)
    parser.add_argument("--beta", type=float, required=True)
    parser.add_argument("--learning-rate", type=float, required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jets", type=Path, help="jets.npz, for the network jets")
    options = parser.parse_args()
    folder = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(options.seed)
    data = open_data(options.network, options.jets)
    batches, validation = data.load_batches(options.batch_size, options.seed)
    model = build_network(options.network)
    model.compile(keras.optimizers.Adam(options.learning_rate), metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)
    started, used = time.monotonic(), time.process_time()
    watching = callbacks(folder, options.epochs, options.beta, options.learning_rate)
    draw = functools.partial(data.epoch_of, batches)
    fit(model, draw, validation, options.epochs, watching)
    options.jets = options.jets and options.jets.name
    done = vars(options) | {
        "folder": folder.name,
        "seconds": round(time.monotonic() - started, 1),
        "cpu_seconds": round(time.process_time() - used, 1),
    }
    (folder / "training.json").write_text(json.dumps(done, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
