"""Block RAMs that are only read, in both shapes that synthesis makes; others have no model."""

from itertools import count

import pytest

from hls_projects.board.simulation.block_ram import BlockRam, BlockRamError

WORDS = [(37 * i) % (1 << 18) for i in range(1024)]


def ram(width, *, driven=None, read=(), **changed):
    halves = [sum(WORDS[16 * n + i] << 20 * i for i in range(16)) for n in range(64)]
    parameters = {f"INITVAL_{n:02X}": format(half, "0320b") for n, half in enumerate(halves)}
    port = "B" if width == 36 else "A"
    for name in ("CSA0", "CSA1", "CSA2", "CSB0", "CSB1", "CSB2", "RSTA", "RSTB", "WEA", "WEB"):
        parameters[f"{name}MUX"] = "INV"
    parameters |= {
        "CEAMUX": "INV" if width == 36 else "CEA", "CEBMUX": "CEB",
        "CLKAMUX": "CLKA", "CLKBMUX": "CLKB", "GSR": "DISABLED", "REGMODE_A": "NOREG",
        "REGMODE_B": "NOREG", "CSDECODE_A": "0b000", "CSDECODE_B": "0b000",
        "DATA_WIDTH_A": format(width, "032b"), "DATA_WIDTH_B": format(max(width, 18), "032b"),
    } | {f"AD{port}{pin}MUX": "0 " for pin in range(14)} | changed
    connections = {f"CLK{port}": [2]} | (driven or {})
    connections |= {f"DO{p}{i}": [100 * (p == "B") + 100 + i] for p in "AB" for i in range(18)}
    cell = {"type": "DP16KD", "parameters": parameters, "connections": connections}
    return BlockRam(cell, set(read))


@pytest.mark.parametrize(("width", "pins", "output"), [(9, 3, 104), (18, 4, 104), (36, 5, 204)])
def test_a_word_is_read_at_its_address(width, pins, output):
    port = "B" if width == 36 else "A"
    driven = {f"AD{port}{pins + 1}": [11], f"AD{port}{pins + 3}": [12]}
    cells = list(ram(width, driven=driven, read=[output]).cells(count(1000)))
    table, register = cells
    assert (table["type"], table["connections"]) == ("$lut", {"A": [11, 12], "Y": [1000]})
    assert register["connections"] == {"CLK": [2], "D": [1000], "Q": [output]}
    # DOB4 is bit 22 of a wide word, which begins at DOA.
    whole = sum(word << 18 * i for i, word in enumerate(WORDS))
    bit = 22 if width == 36 else 4
    expected = [whole >> width * address + bit & 1 for address in (0, 2, 8, 10)]
    assert [int(c) for c in reversed(table["parameters"]["LUT"])] == expected


@pytest.mark.parametrize(("changed", "message"), [
    ({"WEAMUX": "WEA"}, "a write enable"),
    ({"REGMODE_A": "OUTREG"}, "REGMODE"),
    ({"CLKAMUX": "INV"}, "a clock"),
    ({"RSTAMUX": "RSTA"}, "RST"),
    ({"CSA1MUX": "CSA1"}, "CS1"),
    ({"DATA_WIDTH_A": format(3, "032b")}, "words of 3 bits have no model"),
])
def test_what_has_no_model_is_named(changed, message):
    with pytest.raises(BlockRamError, match=message):
        ram(18, **changed)


def test_a_second_port_that_is_read_has_no_model():
    with pytest.raises(BlockRamError, match="a second port"):
        ram(18, read=[203])
    with pytest.raises(BlockRamError, match="CE"):
        ram(18, driven={"CEA": [7]})


@pytest.mark.parametrize("width", [1, 2, 4])
def test_narrow_words_leave_every_ninth_bit_unused(width):
    bits = [WORDS[i // 16] >> (i % 16 + i % 16 // 8) & 1 for i in range(64)]
    words = ram(width).words()
    assert len(words) == 16 * 1024 // width
    found = [word >> i & 1 for word in words[: 64 // width] for i in range(width)]
    assert found == bits
