"""What numbers people write: no prior on their digits, but on their form."""

from __future__ import annotations

from numpy.random import Generator


def digits(rng: Generator, count: int) -> str:
    """Return ``count`` digits; at times all alike, or many noughts or ones, as in real sums."""
    kind = rng.random()
    if kind < 0.04:
        return str(int(rng.integers(10))) * count
    drawn = rng.integers(0, 10, count)
    if kind < 0.14:
        drawn[rng.random(count) < 0.6] = 0
    elif kind < 0.22:
        drawn[rng.random(count) < 0.5] = 1
    return "".join(map(str, drawn.tolist()))


def whole(rng: Generator) -> str:
    """Return one to eight digits, few more often than many."""
    return digits(rng, 1 + int(min(7, rng.geometric(0.35) - 1)))


def decimal(rng: Generator) -> str:
    """Return a number with a point or a comma in it."""
    mark = (".", ",")[int(rng.integers(2))]
    return digits(rng, int(rng.integers(1, 5))) + mark + digits(rng, int(rng.choice((1, 2, 2, 3))))


def amount(rng: Generator) -> str:
    """Return an amount of money, thousands often set apart."""
    figure, mark = digits(rng, int(rng.integers(2, 8))), (".", ".", ",", " ", "", "")[int(rng.integers(6))]
    head = len(figure) % 3
    groups = ([figure[:head]] if head else []) + [figure[i : i + 3] for i in range(head, len(figure), 3)]
    return mark.join(groups)


def date(rng: Generator) -> str:
    """Return what is written like a date."""
    mark = ("/", ".", "-")[int(rng.integers(3))]
    last = int(rng.choice((2, 4)))
    return mark.join((digits(rng, int(rng.integers(1, 3))), digits(rng, int(rng.integers(1, 3))), digits(rng, last)))


def number(rng: Generator) -> str:
    """Return any number: whole, signed, with a point, an amount, a date."""
    kind = rng.random()
    if kind < 0.5:
        return whole(rng)
    if kind < 0.74:
        return decimal(rng)
    if kind < 0.85:
        return ("-" if rng.random() < 0.7 else "+") + (whole(rng) if rng.random() < 0.5 else decimal(rng))
    if kind < 0.94:
        return amount(rng)
    return date(rng)


def code(rng: Generator) -> str:
    """Return letters and a number written together: a plate, a part, a section, a quantity with its unit."""
    capitals, units = "ACEFHKMNPRTUVWXY", ("kg", "km", "cm", "m", "h", "%", "EUR", "x", "th", "$", "A", "C")
    if rng.random() < 0.4:
        return whole(rng) + units[int(rng.integers(len(units)))]
    letters = "".join(capitals[i] for i in rng.integers(0, len(capitals), int(rng.integers(1, 4))))
    return letters + whole(rng)
