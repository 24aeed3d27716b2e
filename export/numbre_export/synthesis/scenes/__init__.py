"""Handwriting as a camera sees it: glyphs, laid out, written with a pen on paper, lit and photographed.

The parts, in the order in which light meets them: :mod:`strokes` turns a 28x28 digit into
smooth pen strokes, :mod:`layout` places them as numbers, :mod:`paper` and :mod:`ink` make
the page, :mod:`light` and :mod:`camera` take its picture, :mod:`scene` puts them together
and keeps the ground truth. numpy and OpenCV only; all chance comes from the generator passed in.
"""
