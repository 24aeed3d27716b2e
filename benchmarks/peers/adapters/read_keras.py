"""``keras.Model.predict`` as tutorials do it: threshold, the largest piece of ink, 28x28; every picture one digit."""

import os
import sys
from pathlib import Path

from protocol import answer

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
SIZE, INK = 28, 20  # pixels, of MNIST: its digits fit a square of 20 in the middle of 28


def reader(options):
    import cv2
    import keras
    import numpy as np
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(options.threads)
    cv2.setNumThreads(options.threads)
    model = keras.models.load_model(Path(sys.prefix) / "numbre.keras")

    def read(path):
        grey = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
        ink = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)[1]
        _, labels, stats, _ = cv2.connectedComponentsWithStats(ink)
        if len(stats) < 2:
            return []
        largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
        x, y, w, h = stats[largest, :4]
        piece = np.where(labels[y : y + h, x : x + w] == largest, 255, 0).astype(np.uint8)
        scale = INK / max(w, h)
        piece = cv2.resize(piece, (max(1, round(w * scale)), max(1, round(h * scale))), interpolation=cv2.INTER_AREA)
        top, left = (SIZE - piece.shape[0]) // 2, (SIZE - piece.shape[1]) // 2
        patch = np.zeros((1, SIZE, SIZE), np.uint8)
        patch[0, top : top + piece.shape[0], left : left + piece.shape[1]] = piece
        likely = model.predict(patch, verbose=0)[0]
        return [(str(likely.argmax()), likely.max())]

    return read


answer(reader, ("keras", "tensorflow-cpu", "opencv-python-headless"))
