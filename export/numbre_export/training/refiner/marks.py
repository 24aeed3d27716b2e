"""python -m numbre_export.training.refiner.marks: teach a refiner that knows digits what marks are, and nothing else.

Only its last layer's weights of marks are fitted: a multinomial regression on what the layers before make of crops.
What it says of digits comes from the same weights as before. Minutes, where training takes an hour.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from numbre_export.training import command

if TYPE_CHECKING:
    from numbre_export.training.refiner.candidates import Candidates

_EPOCHS, _RATE, _BATCH = 8, 1e-3, 1024


def main(
    shards: command.Shards,
    validation: command.Validation,
    begin: Annotated[Path | None, typer.Option(help="The refiner's .onnx; the shipped one without.")] = None,
    finder: Annotated[Path | None, typer.Option(help="The .onnx that finds; the shipped one without.")] = None,
    out: command.Out = Path("runs/marks"),
    seed: command.Seed = 0,
    threads: command.Threads = 2,
) -> None:
    """Teach marks; --out gets refiner.keras, and history.csv, as a training run's folder has them."""
    with command.running(threads, "what was found in shards is kept"):
        from numbre_edge.model import shipped_network
        from numbre_export.training.exported import restore
        from numbre_export.training.loop import HISTORY, write_row
        from numbre_export.training.refiner.candidates import CANDIDATES
        from numbre_export.training.refiner.network import build
        from numbre_export.training.refiner.task import RefinerTask

        held_out = CANDIDATES.prepared(validation, finder, out / "validation", processes=threads)
        training = CANDIDATES.prepared(shards, finder, out / "candidates", processes=threads)
        model = build()
        restore(model, begin or shipped_network("refiner", "onnx"))
        teach_marks(model, training, seed=seed)
        model.save(out / "refiner.keras")
        measured = RefinerTask(training, held_out).measured(model)
        write_row({"step": _EPOCHS} | dict(measured), out / HISTORY, fresh=True)


def teach_marks(model: Any, candidates: Candidates, *, seed: int = 0, epochs: int = _EPOCHS) -> None:
    """Fit what a refiner's last layer makes marks of to what candidates are."""
    import keras
    import numpy as np
    import tensorflow as tf

    from numbre_edge.finding.crops import NOTHING
    from numbre_edge.finding.grid import DIGIT_CLASSES

    last = model.layers[-1]
    before = keras.Model(model.input, last.input)
    kernel, bias = last.get_weights()
    marks = slice(DIGIT_CLASSES, NOTHING)
    own = tf.Variable(kernel[:, marks]), tf.Variable(bias[marks])
    seen = candidates.seen
    features = np.concatenate(
        [
            before.predict(seen[at : at + _BATCH].astype(np.float32), verbose=0).astype(np.float16)
            for at in range(0, len(seen), _BATCH)
        ]
    )
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(_RATE, epochs * -(-len(seen) // _BATCH)))

    @tf.function  # type: ignore[untyped-decorator]
    def learn(given: Any, labels: Any) -> None:
        given = tf.cast(given, tf.float32)
        others = given @ kernel + bias
        with tf.GradientTape() as tape:
            logits = tf.concat(
                [others[:, :DIGIT_CLASSES], given @ own[0] + own[1], others[:, NOTHING : NOTHING + 1]], 1
            )
            wrong = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
        optimizer.apply_gradients(zip(tape.gradient(wrong, own), own, strict=True))

    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        order = rng.permutation(len(seen))
        for at in range(0, len(seen), _BATCH):
            some = order[at : at + _BATCH]
            learn(tf.constant(features[some]), tf.constant(candidates.labels[some]))
    kernel[:, marks], bias[marks] = own[0].numpy(), own[1].numpy()
    last.set_weights([kernel, bias])


if __name__ == "__main__":
    typer.run(main)
