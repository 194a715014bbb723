#!/usr/bin/env python3
"""Writes marc8_sets.tsv, marc8_eacc.txt and marc8_odd.tsv from the tables of the PyPI package pymarc (made with version 5.4.0).

    python3 -m venv v && v/bin/pip install pymarc==5.4.0 && v/bin/python generate.py

The tables are those of the Library of Congress (MARC 21 Specifications, code tables); README.md beside this file has the licence.
"""

from pathlib import Path

from pymarc.marc8_mapping import CODESETS, ODD_MAP

HERE = Path(__file__).parent
ASCII, EACC = 0x42, 0x31


def single_byte_sets() -> str:
    lines = [
        "# MARC-8 character sets of one byte, ASCII left out: final of the escape sequence, code, Unicode, c = combining.",
        "# A code is given as in the half of the table where the set is usually invoked. Made by generate.py.",
    ]
    for final, table in sorted(CODESETS.items()):
        if final in (ASCII, EACC):
            continue
        for code, (scalar, combining) in sorted(table.items()):
            # Each set repeats the controls; they mean the same in all of them.
            if code >= 0x21:
                lines.append(f"{chr(final)}\t{code:02X}\t{scalar:04X}\t{'c' if combining else '-'}")
    return "\n".join(lines) + "\n"


def eacc() -> str:
    lines = [
        "# MARC-8 East Asian set (EACC). A line is the first two bytes of the code, a tab, and the characters for third byte",
        "# 21, 22, 23 … in order; a blank is a code without a character. Made by generate.py.",
    ]
    rows: dict[int, dict[int, int]] = {}
    for code, (scalar, _) in CODESETS[EACC].items():
        # 212320 is the ideographic space: a blank is a blank in every set, so that code cannot be met.
        if all(0x21 <= byte <= 0x7E for byte in code.to_bytes(3, "big")):
            rows.setdefault(code >> 8, {})[code & 0xFF] = scalar
    for row, cells in sorted(rows.items()):
        text = "".join(chr(cells.get(third, 0x20)) for third in range(0x21, max(cells) + 1))
        lines.append(f"{row:04X}\t{text}")
    return "\n".join(lines) + "\n"


def odd() -> str:
    lines = ["# Codes of no set that are met in EACC text: punctuation as three bytes. Made by generate.py."]
    lines += [f"{code:06X}\t{scalar:04X}" for code, scalar in sorted(ODD_MAP.items())]
    return "\n".join(lines) + "\n"


(HERE / "marc8_odd.tsv").write_text(odd(), encoding="utf-8")
(HERE / "marc8_sets.tsv").write_text(single_byte_sets(), encoding="utf-8")
(HERE / "marc8_eacc.txt").write_text(eacc(), encoding="utf-8")
