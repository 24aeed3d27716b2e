"""Which items of the collections are kept, and in which part each writer is."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from numbre_export.data.pen import DIGIT, KINDS, LOWER, NUMBER, SYMBOL, UPPER, WORD
from numbre_export.data.pen_items import Item
from numbre_export.data.unipen import Counts

_LETTERS, _WORDS = 20_000, 6_000  # about so many are kept, spread over their writers
_SPECK = 0.03  # of a digit's larger side: a smaller stroke is a stray dot, or what is left of one that lost its rest
_DEALS = 400  # of writers to parts, of which the evenest is kept
_PATTERN = (0, 0, 1, 0, 0, 2, 0, 0, 1, 0, 0, 2, 0, 0, 0, 1, 0, 0, 2, 0)  # of parts, 15 % each for the last two

# Items whose drawing is not what the label says, found by looking.
_DROP = frozenset(
    f"{file} {ranges}"
    for file, all_ranges in {
        "ced/aaaa9018_s_2h.dat": "417-420",
        "ced/ayml3525_s_0k.dat": "428-430 432",
        "ced/flad4341_s_jh.dat": "464 466",
        "ced/gyen4328_s_2c.dat": "456-458:6",
        "ced/jekn5827_s_26.dat": "498",
        "ced/jtkr3293_s_04.dat": "508-509:7 540:26-541",
        "hpb/hpb5/hpb5-das.dat": "1568-1569 1787 1788-1790",
        "hpb/hpb5/hpb5-jcb.dat": "1034 1376-1378 697",
        "hpp/hpp2/hpb2-bo.dat": "1222-1223 5719-5720",
        "hpp/hpp2/hpb2-se.dat": "876-877 898-899",
        "hpp/hpp3/hpb3-ek0.dat": "1012-1015",
        "hpp/hpp3/hpb3-gem.dat": "1574-1577",
        "hpp/hpp3/hpb3-je0.dat": (
            "1420-1421 1422-1423 1424-1425 1426-1427 1428-1431 1432-1433 1434-1437 1438-1439 1440-1441 "
            "1442-1443 1444-1445 1446-1447 1448-1449 1450-1453 1688-1693"
        ),
        "hpp/hpp3/hpb3-pc0.dat": "622-631",
        "hpp/hpp3/hpb3-rc0.dat": "1344-1347 1390-1391 1734-1735 1752-1755 1756-1757",
        "hpp/hpp3/hpb3-rdc.dat": "1500-1503 1596-1597 1598-1599",
        "hpp/hpp3/hpb3-wf0.dat": "2716-2719 366-367",
        "ibm/ibm0/r0011.dat": "887 888 889 895",
        "ibm/ibm0/r0116.dat": "641 899 900 999",
        "ibm/ibm0/r0207.dat": "1292",
        "ibm/ibm0/r0211.dat": "1659",
        "ibm/ibm0/r0306.dat": "2026",
        "ibm/ibm0/r0313.dat": "1736",
        "ibm/ibm0/r0315.dat": "1698",
        "ibm/ibm0/r0408.dat": "1998",
        "ibm/ibm0/r0411.dat": "2010 2156 2162 2270",
        "ibm/ibm0/r0414.dat": "1999 2001 2002",
        "lex/lex0/ehrls1.dat": "4543-4547 614-620 776-785",
        "lex/lex0/lackc1.dat": "2514-2517 4592-4598 951-960",
        "lex/lex0/mccup1.dat": "1357-1360",
        "lex/lex0/phamd1.dat": "1837-1839",
        "lex/lex0/phamn1.dat": "1303-1308 2059-2063",
        "lex/lex0/robip1.dat": "2390-2394",
        "lex/lex0/rounp1.dat": "5274",
        "lex/lex0/squim1.dat": "1131-1134",
        "lex/lex0/teglj1.dat": "601-607 932-940",
        "pendigits-orig.tra": "6845-6846",
        "sta/sta0/hpb0-jma.dat": "74-75",
        "sta/sta0/hpb0-ksc.dat": "64-65",
        "sta/sta0/hpb0-mek.dat": "48-53",
        "sta/sta0/hpb0-sij.dat": "54-57",
        "sta/sta0/hpb0-skh.dat": "48-49",
        "val/gresai30.dat": "94-95",
        "val/gresai31.dat": "111-111",
        "val/gresai34.dat": "292-294",
        "val/gresai36.dat": "130-131 132-133",
        "val/yannis30.dat": "26-26",
        "val/yannis32.dat": "25-25",
        "val/yannis37.dat": "34-35",
    }.items()
    for ranges in all_ranges.split()
)


def usable(item: Item, left_out: Counts) -> bool:
    """Tell whether an item can be what its label says; why not goes to ``left_out``."""
    low, high = item.corners()
    width, height = (high - low).tolist()
    name = KINDS[item.kind]
    if item.kind != SYMBOL and max(width, height) == 0:
        left_out[f"{name}: a single point"] += 1
        return False
    if item.kind in (WORD, NUMBER) and len(item.label) >= 5 and width < height:
        left_out[f"{name}: taller than wide"] += 1
        return False
    if item.kind in (DIGIT, NUMBER) and item.label.isdigit():
        sides = [float(np.ptp(stroke, axis=0).max()) for stroke in item.strokes]
        if min(sides) < _SPECK * max(width, height):
            left_out[f"{name}: with a speck"] += 1
            return False
    if item.place in _DROP:
        left_out["wrong by sight"] += 1
        return False
    return True


def selected(items: list[Item], rng: Generator) -> list[Item]:
    """Return all digits, symbols and numbers, a choice of letters and words, in the order in which they are kept."""
    chosen = [item for item in items if item.kind in (DIGIT, SYMBOL, NUMBER)]
    letters: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if item.kind in (UPPER, LOWER):
            letters[item.label].append(item)
    for _, group in sorted(letters.items()):
        chosen += _spread(group, _LETTERS // len(letters), rng)
    chosen += _spread([item for item in items if item.kind == WORD], _WORDS, rng)
    return sorted(chosen, key=lambda item: (item.kind, item.source, item.writer))


def parts(items: list[Item], writers: list[str], rng: Generator) -> NDArray[np.int8]:
    """Return the part of each writer, (W,) int8: 0 train, 1 validation, 2 test.

    Writers are dealt in turn, contributor by contributor, those with digits first, so that every contributor of some
    size gives to all parts. Of many such deals the one is kept whose shares of each digit and of each kind are nearest
    to 15 %.
    """
    index = {name: at for at, name in enumerate(writers)}
    columns = len(KINDS) + 11  # ten digits, the kinds, and digits of pendigits
    table = np.zeros((len(writers), columns))
    for item in items:
        row = table[index[item.writer]]
        row[10 + item.kind] += 1
        if item.kind == DIGIT:
            row[int(item.label)] += 1
            row[-1] += item.source
    total = np.maximum(table.sum(axis=0), 1)
    weight = np.array([2.0] * 10 + [3, 1, 1, 1, 1, 1] + [2])
    houses = [name.split("/")[0] for name in writers]
    best, best_cost = np.zeros(len(writers), np.int8), np.inf
    for _ in range(_DEALS):
        noise = rng.random(len(writers))
        order = sorted(range(len(writers)), key=lambda at: (table[at, 10] == 0, houses[at], noise[at]))
        part = np.zeros(len(writers), np.int8)
        start = int(rng.integers(len(_PATTERN)))
        part[order] = np.resize(np.roll(np.array(_PATTERN, np.int8), start), len(writers))
        shares = np.stack([table[part == one].sum(axis=0) / total for one in (1, 2)])
        cost = float((weight * (shares - 0.15) ** 2).sum())
        if cost < best_cost:
            best, best_cost = part, cost
    return best


def _spread(items: list[Item], target: int, rng: Generator) -> list[Item]:
    """Return about ``target`` of the items, as evenly over the writers as they allow."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[item.writer].append(item)
    sizes = np.array([len(group) for group in groups.values()], np.int64)
    cap = int(sizes.max(initial=0))
    while cap > 1 and np.minimum(sizes, cap).sum() > target:
        cap -= 1
    return [group[at] for group in groups.values() for at in rng.permutation(len(group))[:cap]]
