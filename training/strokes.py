"""Hands that no font has: letters as strokes of a pen, each writer with habits of their own and no two letters alike.

Fonts repeat a letter to the dot and draw it carefully; people close an `a` or not, lift the pen or not, and put marks where the hand happens to
be. Here a letter is a choice of pen paths (`GLYPHS`), a writer chooses among them, among slants, widths, joins and places of marks, and
each letter is bent a little. Drawn after the ways letters are commonly written by hand; nobody's writing was copied.
"""

import random
import unicodedata

import cv2
import numpy as np

# Paths as `x y x y …`, strokes parted by `/`; small letters are 10 high, tall ones and capitals 20, the baseline is 0. Ways to write a letter are
# listed one after another. A path is a smooth curve through its points; a point that is written twice is a corner.
GLYPHS: dict[str, list[str]] = {
    "a": ["8 8 5 10 2 9 0 5 1 1 4 0 7 3 8 9 / 8 10 8 4 9 0 11 1", "7 9 4 10 1 8 0 4 2 0 5 0 7 4 7 9 8 3 9 0 11 1", "6 9 3 10 0 6 1 1 4 0 7 3 7 7 5 9 / 7 4 8 0 10 1",
          "7 9 3 9 0 5 2 0 6 2 8 8 8 2 10 0", "5 10 1 8 0 3 3 0 6 2 7 7 5 10 / 7 7 7 2 9 0", "6 10 2 9 0 4 2 0 5 1 7 6 7 8 8 1 9 1", "6 8 3 9 0 4 2 0 5 4 6 8 7 1 10 2", "5 8 1 6 1 1 5 3 6 7 6 1 9 1"],
    "b": ["0 20 0 20 0 1 / 0 6 3 10 7 8 8 4 6 0 2 0 0 2", "1 8 4 17 3 20 1 17 0 4 3 0 7 2 8 6 6 9 4 8", "0 19 0 2 3 0 7 2 6 8 2 9 0 6", "0 20 0 3 3 0 7 3 7 7 4 8 9 8", "0 4 4 16 3 20 1 17 1 3 4 0 7 4 6 9 9 8 11 8", "0 20 1 1 4 0 6 4 4 8 1 5", "2 20 0 6 1 1 5 0 7 5 4 8 1 4"],
    "c": ["7 8 4 10 1 8 0 4 2 0 5 0 8 2", "6 10 2 9 0 5 2 1 7 1", "7 9 6 10 3 9 0 5 1 1 4 0 8 3", "6 9 2 8 0 3 3 0 9 3"],
    "d": ["8 8 5 10 1 8 0 4 2 0 6 2 8 8 / 8 20 8 20 8 3 10 0", "7 8 3 10 0 5 2 0 6 2 8 12 8 20 8 4 10 0", "7 7 3 9 0 4 3 0 7 4 9 20 8 3 11 1", "6 10 2 9 0 4 3 0 6 4 / 8 19 7 0", "6 9 2 8 0 3 3 1 7 8 8 19 7 3 11 2", "7 8 3 9 0 3 4 1 9 19 9 19 6 2 9 0"],
    "e": ["1 5 6 6 7 8 4 10 1 8 0 4 2 0 5 0 8 3", "0 4 6 7 5 10 2 10 0 6 2 0 7 1", "0 3 5 6 6 9 4 10 1 6 3 0 8 2", "6 9 2 10 1 7 4 5 1 4 1 1 6 0", "0 3 5 7 3 10 0 5 3 0 9 3", "0 2 4 7 3 9 1 5 3 1 7 2"],
    "f": ["7 18 5 20 3 17 3 17 3 0 / 0 10 7 10", "0 8 5 15 6 19 4 20 3 14 3 -8 5 -10 6 -6 3 0 7 3", "8 19 4 19 3 12 2 -8 / 0 9 6 10"],
    "g": ["7 8 4 10 1 8 0 4 3 1 6 3 8 9 / 8 10 8 -5 5 -10 1 -8", "7 8 3 10 0 5 3 1 7 4 8 10 8 -6 5 -10 2 -7 8 0 10 2", "6 10 1 8 2 2 7 4 7 9 7 -4 3 -9 0 -6", "7 9 3 10 0 5 3 2 7 6 8 9 6 -6 2 -9 1 -5 9 1", "6 9 2 9 0 4 3 1 7 7 8 9 7 -3 3 -10 0 -6 6 -1 11 3", "7 8 3 10 0 6 2 2 6 4 8 8 5 -9 3 -6 9 1", "6 8 2 8 1 4 5 3 7 8 5 -7 1 -9"],
    "h": ["0 20 0 20 0 0 0 0 0 6 3 10 6 9 7 5 7 0 9 1", "0 5 4 15 3 20 1 18 1 0 1 0 2 6 5 10 7 7 7 2 9 0 11 2", "0 19 0 0 0 0 2 7 5 9 6 6 6 1 8 0", "0 20 0 0 / 0 5 4 8 6 5 6 0", "1 10 5 18 3 20 1 16 0 0 3 7 6 8 6 1 9 1",
          "0 19 0 1 0 1 4 6 6 4 6 0", "0 3 5 17 3 20 2 14 0 0 3 6 5 5 6 1 8 0", "1 20 0 0 0 0 4 5 6 3 9 1", "0 20 0 1 2 6 4 7 5 2 8 2 11 3"],
    "i": ["0 10 0 10 0 3 1 0 3 1", "0 10 0 10 0 0", "0 6 2 10 2 10 2 2 4 0 6 2", "0 7 1 1 4 2", "1 9 0 1 2 0 5 2"],
    "j": ["3 10 3 10 3 -6 1 -10 -2 -8", "2 10 2 10 1 -8 -2 -7 4 1"],
    "k": ["0 20 0 20 0 0 / 7 10 0 4 0 4 7 0", "0 6 4 16 3 20 1 17 1 0 1 0 2 6 5 10 7 8 5 5 2 5 5 3 8 0 10 1", "0 20 0 0 / 6 9 1 4 1 4 4 1 8 0", "0 19 0 0 0 5 4 10 6 8 1 4 1 4 7 0", "0 3 4 17 2 20 1 0 1 0 3 7 6 9 4 5 2 5 6 0 9 1", "0 20 0 0 0 0 2 5 5 9 3 5 7 0"],
    "l": ["0 20 0 3 2 0 4 1", "0 5 4 16 3 20 1 17 1 4 3 0 6 2", "0 20 0 20 0 0", "0 4 5 17 3 20 2 14 2 1 5 1", "0 18 0 1 4 2", "0 3 5 18 3 20 1 4 4 1 8 3"],
    "m": ["0 10 0 10 0 0 0 0 0 6 2 10 5 9 5 0 5 0 5 6 7 10 10 9 10 1 12 0", "0 8 1 10 2 8 2 0 2 0 2 6 5 10 6 8 6 0 6 0 6 6 9 10 11 7 11 1 13 1", "0 10 0 0 3 9 4 8 5 0 8 9 10 8 10 1 12 1", "0 9 1 0 1 0 4 10 5 1 5 1 8 10 9 2 11 0", "0 8 1 1 3 7 4 2 6 7 7 2 10 2", "0 7 1 0 4 7 5 1 7 6 9 1 12 2"],
    "n": ["0 10 0 10 0 0 0 0 0 6 3 10 6 9 7 5 7 1 9 0", "0 8 1 10 2 7 2 0 2 0 3 7 6 10 8 7 8 2 10 0", "0 10 0 0 0 0 4 9 6 8 6 0", "0 9 1 0 1 0 5 10 6 2 9 0", "0 10 0 10 0 0 0 0 4 7 5 6 5 0", "0 8 1 8 1 1 3 6 5 6 6 1 9 2 11 3", "0 7 1 0 1 0 3 6 6 5 8 1", "0 6 2 8 2 1 2 1 5 7 7 1 11 3"],
    "o": ["4 10 1 8 0 4 2 0 6 1 8 5 7 9 4 10", "5 10 1 8 0 3 3 0 7 3 7 8 4 10 6 9 9 8", "6 9 2 9 0 4 3 0 6 2 6 7 4 10", "3 10 0 5 3 0 6 5 3 10", "4 9 1 7 1 1 5 1 6 6 3 9 6 8 9 8", "4 9 0 5 3 0 6 5 4 9 8 7"],
    "p": ["0 10 0 10 0 -10 / 0 7 3 10 7 8 8 4 6 0 2 0 0 2", "1 10 0 -10 0 -10 1 6 5 10 8 6 5 1 1 2", "0 10 0 -9 / -1 8 4 11 7 7 4 2 0 2", "0 8 2 10 2 10 1 -9 1 -9 3 7 7 9 7 3 2 1", "0 9 1 10 0 -8 0 -8 1 6 5 10 6 4 2 2 9 1", "1 12 0 -9 1 5 4 9 6 6 3 1 1 2"],
    "q": ["8 8 5 10 1 8 0 4 2 0 6 2 8 8 / 8 10 8 10 8 -10", "7 8 3 10 0 5 3 0 7 4 8 10 8 -9 11 -5", "6 10 1 8 1 2 6 3 7 9 7 9 7 -9", "6 9 2 9 0 4 3 2 7 8 6 -9 9 -4", "7 9 1 8 1 3 7 6 7 -8 5 -10"],
    "r": ["0 10 0 10 0 0 0 0 0 6 2 9 5 10 6 9", "0 2 3 11 4 9 7 9 6 3 8 0 10 1", "0 9 1 9 1 0 1 0 3 8 6 9", "0 3 2 10 3 8 6 8 5 1 8 1", "0 8 1 12 3 10 6 10 5 5 6 0 9 2", "0 0 3 10 2 13 4 10 8 9 6 3 8 0 10 2", "0 9 2 10 2 2 2 2 2 6 5 9 7 8"],
    "s": ["6 8 4 10 1 9 1 7 5 4 6 2 4 0 0 1", "0 1 4 11 6 4 4 0 1 1", "7 9 3 10 2 7 6 4 5 0 0 1", "5 10 1 8 4 5 5 1 0 0", "0 0 5 12 4 8 7 4 6 0 2 1 9 3", "0 1 3 13 5 10 7 4 4 0 1 2", "6 9 2 9 2 6 6 4 5 0 1 0"],
    "t": ["2 17 2 17 2 3 4 0 6 1 / 0 11 6 11", "2 16 2 16 2 0 / -1 10 5 11", "0 4 3 16 3 16 2 2 4 0 7 2 / 0 12 6 12", "2 18 1 2 3 0 6 3 / -1 13 7 12", "2 15 2 1 5 1 / 0 10 5 10", "1 17 0 2 3 1 7 3 / -1 11 7 13", "0 3 3 17 2 2 6 2 / 0 10 8 12", "2 17 0 1 3 0 3 5 -2 10 6 11"],
    "u": ["0 10 0 10 0 3 2 0 5 1 7 5 / 7 10 7 10 7 2 9 0", "0 10 0 2 3 0 6 3 6 10 6 10 6 2 8 0 10 1", "0 9 1 1 4 0 6 9 6 9 7 1 9 1", "0 10 0 1 5 1 6 10 6 0", "0 8 1 2 4 1 6 7 6 7 7 1 10 2", "0 7 2 1 5 6 6 1 9 2"],
    "v": ["0 10 3 0 3 0 7 10", "0 8 1 10 2 6 4 0 7 5 7 10 9 9", "0 9 2 9 3 0 3 0 6 10 8 9", "0 8 2 9 3 1 7 8 10 9", "0 9 3 0 6 9 9 8 11 8"],
    "w": ["0 10 3 0 3 0 6 9 6 9 9 0 9 0 12 10", "0 9 1 1 4 0 6 8 6 2 9 0 12 7 12 10"],
    "x": ["0 10 7 0 / 7 10 0 0", "0 9 3 9 4 5 5 1 8 1 / 7 10 4 8 3 3 0 0", "0 9 4 8 4 1 0 1 / 8 9 4 7 5 1 9 1", "0 8 4 9 4 1 1 1 / 9 9 5 8 5 1 9 1", "0 9 8 0 / 8 10 0 -1", "1 9 5 8 2 0 0 2 / 8 9 4 2 9 1"],
    "y": ["0 10 0 4 3 1 6 3 7 10 / 7 10 7 -5 4 -10 0 -8", "0 10 4 2 / 8 10 8 10 1 -9", "0 9 1 3 4 1 7 5 7 10 7 -6 4 -10 2 -6 8 0 10 1", "0 9 2 9 2 2 6 4 7 10 7 10 5 -8 1 -8", "0 9 2 2 6 3 8 9 5 -6 1 -9 4 -2 10 2", "0 8 2 3 5 4 7 9 3 -9"],
    "z": ["0 10 7 10 7 10 0 0 0 0 7 0", "0 9 7 10 7 10 1 0 8 1 / 1 5 6 5"],
    "A": ["0 0 6 20 6 20 12 0 / 2 7 10 7", "0 0 3 8 8 20 8 20 10 8 11 0 / 3 8 12 9", "12 16 7 20 1 14 1 4 5 0 10 6 12 18 12 4 15 0", "0 1 3 1 8 19 8 19 9 0 11 1 / 3 7 11 8", "0 0 5 19 10 0 / 1 6 9 6", "0 0 4 12 8 20 8 20 9 1 / 1 8 11 9", "0 1 7 19 7 19 8 1 11 1 1 8 9 9", "9 17 5 20 0 8 3 0 8 8 11 19 10 3 14 1"],
    "B": ["0 20 0 20 0 0 / 0 20 7 19 8 14 1 11 1 11 8 10 10 5 7 0 0 0", "2 18 1 0 / -1 17 5 20 9 17 7 12 3 11 3 11 9 9 9 3 5 0 1 1", "1 0 1 19 1 19 7 19 7 12 1 10 1 10 9 8 8 1 0 0", "3 19 1 1 / 0 17 6 20 8 14 3 11 8 9 8 2 2 0 -1 3", "1 20 0 0 0 0 2 18 7 18 6 12 3 11 9 8 7 1 1 1"],
    "C": ["11 17 7 20 2 17 0 10 2 2 7 0 12 3", "9 19 4 19 0 11 3 1 10 2", "10 15 9 20 3 18 0 8 4 0 11 3", "9 18 4 19 0 8 5 0 11 5", "8 17 6 20 1 14 1 3 6 0 10 4"],
    "D": ["0 20 0 20 0 0 / 0 20 7 18 11 10 7 2 0 0", "3 19 2 1 / 0 18 6 20 11 15 11 6 6 0 1 0 3 2", "1 19 1 0 / -2 19 6 19 10 10 6 1 -1 0", "2 20 1 0 1 0 9 4 9 14 4 20 -1 17", "3 20 2 1 0 2 8 1 11 9 8 18 1 19"],
    "E": ["9 20 0 20 0 20 0 0 0 0 9 0 / 0 10 7 10", "10 18 6 20 2 17 3 12 6 11 6 11 2 9 0 4 4 0 9 2"],
    "F": ["9 20 0 20 0 20 0 0 / 0 10 7 10", "-1 18 3 20 11 19 / 5 19 4 2 1 0 / 2 10 9 11"],
    "G": ["11 17 7 20 2 17 0 9 3 1 8 0 11 3 11 9 11 9 7 9", "10 17 6 20 1 15 1 9 5 7 9 10 10 16 10 16 10 0 8 -6 4 -6", "10 18 5 20 0 12 2 3 7 2 9 8 9 8 9 -5 5 -7", "10 18 4 19 0 9 4 0 9 2 9 8 6 8 12 8", "9 18 4 19 0 9 4 2 8 8 9 14 8 -4 3 -8", "9 17 3 19 0 8 4 0 8 8 8 8 3 8 11 9"],
    "H": ["0 20 0 20 0 0 / 11 20 11 20 11 0 / 0 10 11 10", "0 17 3 20 3 20 3 0 0 1 / 11 20 8 18 8 3 11 0 / 1 10 10 11", "1 20 1 0 / 9 20 9 20 8 1 11 1 / -1 10 11 10", "0 16 3 19 2 0 2 0 3 10 10 12 10 19 9 1 12 0", "0 18 2 20 1 0 / 9 20 8 0 / -2 9 11 12", "2 20 0 0 / 9 19 8 1 11 1 / 1 9 9 10", "0 15 3 20 2 1 0 3 9 14 11 20 8 3 11 1"],
    "I": ["0 20 0 20 0 0", "0 20 6 20 / 3 20 3 0 / 0 0 6 0", "6 19 2 19 4 17 3 1 0 1"],
    "J": ["6 20 6 20 6 3 3 0 0 3", "0 20 8 20 / 5 20 4 -4 1 -6"],
    "K": ["0 20 0 20 0 0 / 10 20 0 8 0 8 11 0", "0 17 3 20 3 20 2 0 / 11 19 3 9 3 9 7 8 12 0", "0 20 0 0 / 9 18 1 9 1 9 9 1", "2 20 0 0 / 10 18 2 9 2 9 11 0", "0 17 3 20 2 0 / 11 20 4 11 3 9 6 11 12 0"],
    "L": ["0 20 0 20 0 0 0 0 9 0", "1 12 6 16 6 20 3 19 3 3 0 0 4 2 11 1", "0 20 0 1 9 1", "0 14 5 17 5 20 3 18 2 2 2 2 10 0", "2 13 6 18 3 20 2 4 0 0 5 3 12 1", "0 20 1 2 1 2 9 2"],
    "M": ["0 0 1 20 1 20 7 5 7 5 13 20 13 20 14 0", "0 1 2 3 4 19 4 19 6 2 6 2 10 19 10 19 11 3 13 0", "0 0 1 18 1 18 6 8 11 18 11 18 12 0", "0 0 3 19 5 15 6 0 6 0 10 18 12 15 12 1 15 1", "0 1 2 17 4 17 6 4 8 15 10 18 11 2 14 1", "0 0 3 18 5 4 5 4 10 19 10 19 10 1"],
    "N": ["0 0 0 20 0 20 11 0 11 0 11 20", "0 0 2 4 4 20 4 20 8 2 8 2 10 18 12 20", "0 0 1 19 1 19 8 0 8 0 9 19", "0 0 3 18 5 15 6 0 6 0 9 17 12 20", "0 0 3 19 3 19 7 1 7 1 11 20 13 19", "2 20 0 0 / 2 19 8 1 8 1 11 20", "0 3 2 0 4 19 4 19 8 0 8 0 13 19 15 20"],
    "O": ["7 20 2 17 0 9 3 1 8 0 13 6 12 15 7 20", "6 20 0 12 2 1 8 0 11 9 8 18 5 20", "5 19 0 10 4 0 9 8 6 19 10 19"],
    "P": ["0 20 0 20 0 0 / 0 20 8 19 9 13 6 10 0 10", "2 19 1 0 / -2 16 4 20 10 18 9 11 3 9", "1 0 1 19 1 19 9 18 8 10 1 9", "2 18 2 0 / 0 17 6 20 10 16 7 10 2 10", "3 19 1 0 / 0 15 4 20 9 17 6 10 2 10", "2 20 0 0 0 0 3 19 9 18 8 12 2 11"],
    "Q": ["7 20 2 17 0 9 3 1 8 0 13 6 12 15 7 20 / 8 5 14 -2", "6 20 0 12 2 1 8 0 11 9 8 18 5 20 / 6 4 12 -3", "3 17 7 20 11 15 9 5 3 0 1 2 5 3 12 0", "5 19 0 11 3 2 9 5 9 16 4 19 / 5 6 13 -1", "8 18 3 19 0 10 4 2 10 8 8 18 4 6 12 -2"],
    "R": ["0 20 0 20 0 0 / 0 20 8 19 9 13 6 10 0 10 0 10 4 10 11 0", "2 19 1 0 / -2 16 4 20 10 18 8 11 3 10 3 10 7 7 12 0", "1 0 1 19 1 19 8 18 7 10 1 9 1 9 10 0"],
    "S": ["10 17 6 20 1 17 2 12 8 9 10 4 6 0 0 3", "8 18 3 19 2 13 7 8 6 1 0 1", "0 2 6 8 9 18 6 20 4 15 9 7 6 0 1 2", "9 17 5 20 2 14 8 7 5 0 0 3 3 7", "7 18 2 18 2 12 7 8 5 1 -1 1"],
    "T": ["-1 20 12 20 / 6 20 6 20 6 0", "0 17 3 20 12 19 / 7 19 6 3 3 0 0 3", "-1 19 10 20 / 5 19 5 1 8 1", "0 16 1 19 12 20 / 6 19 5 0", "0 15 0 19 6 18 13 20 8 17 6 4 3 0 0 2", "2 14 0 18 4 20 12 20 / 8 20 5 2 2 0 0 3", "0 17 2 19 10 19 / 6 19 5 2 8 0 11 2", "3 13 0 17 5 20 11 19 7 15 6 3 3 0 0 3 5 5"],
    "U": ["0 20 0 20 0 5 4 0 9 3 10 20", "0 18 2 20 2 5 5 0 10 5 11 20 11 20 11 2 14 0", "0 20 1 3 6 0 9 6 9 20 9 20 9 0"],
    "V": ["0 20 6 0 6 0 12 20", "0 18 2 20 4 14 6 0 6 0 10 12 12 20", "0 19 2 19 5 1 5 1 10 18 13 18", "0 17 3 20 5 1 5 1 12 20 15 19", "0 19 5 0 5 0 8 14 13 20"],
    "W": ["0 20 4 0 4 0 8 18 8 18 12 0 12 0 16 20"],
    "X": ["0 20 11 0 / 11 20 0 0", "0 18 4 19 6 10 8 1 12 2 / 12 19 8 18 5 9 0 0", "0 19 9 0 / 10 19 1 1", "0 18 3 20 7 3 12 1 / 12 19 7 10 0 0", "1 19 5 17 5 3 0 1 / 12 19 7 16 7 3 13 2"],
    "Y": ["0 20 6 10 6 10 12 20 / 6 10 6 0", "0 18 3 19 4 10 8 9 11 14 / 12 20 11 2 8 -6 3 -5", "0 19 5 10 / 10 20 3 0"],
    "Z": ["0 20 10 20 10 20 0 0 0 0 11 0", "0 18 9 20 9 20 1 0 1 0 10 1 / 2 10 8 10"],
    "0": ["4 20 0 12 2 1 6 1 8 10 4 20", "3 19 0 10 3 0 6 10 3 19"], "1": ["0 14 4 20 4 20 4 0", "0 19 0 19 0 0", "0 15 4 19 4 19 3 0 / 0 0 7 0", "1 19 0 0", "0 15 3 19 1 0", "0 8 6 20 6 20 5 0", "0 11 5 19 5 19 5 0 / 1 0 9 1", "0 16 3 19 3 19 2 0 / -1 0 6 0", "0 15 4 20 4 20 3 0 / 0 1 7 0", "0 5 6 20 6 20 5 0"],
    "2": ["0 16 4 20 8 17 7 11 0 0 0 0 9 0", "0 17 5 19 6 12 0 1 3 3 8 0", "0 16 3 19 6 15 0 1 0 1 4 3 8 0", "0 15 5 19 5 11 0 1 8 1"], "3": ["0 18 4 20 8 17 4 11 4 11 8 7 8 2 4 0 0 2", "0 20 7 20 7 20 3 12 3 12 8 7 5 0 0 1"],
    "4": ["6 20 0 7 0 7 9 7 / 7 12 7 0", "1 20 0 9 0 9 9 9 / 8 15 7 0", "5 19 0 6 9 7 / 6 19 5 0", "0 18 0 9 7 10 / 7 20 6 0", "5 19 0 8 8 9 / 7 14 5 0"], "5": ["8 20 1 20 1 20 0 11 0 11 5 13 8 9 7 2 3 0 0 2", "1 19 0 12 6 12 7 4 1 0 / 1 19 8 19", "7 19 2 19 1 11 6 12 6 3 1 1", "0 19 0 12 5 12 6 4 1 1 / 0 19 7 20"],
    "6": ["7 20 2 14 0 5 3 0 7 2 7 8 3 9 0 6", "5 19 0 8 2 0 6 2 5 8 0 6"], "7": ["0 20 9 20 9 20 3 0", "0 19 8 19 8 19 3 0 / 2 10 8 10", "0 18 8 19 3 0", "0 17 2 19 9 19 4 0 / 1 9 8 11", "0 15 0 19 0 19 9 19 9 19 4 0", "0 18 3 20 6 18 9 20 4 8 3 0 / 1 10 7 10"], "8": ["7 17 4 20 1 16 4 11 8 5 4 0 0 4 4 11 7 17", "6 18 1 17 6 6 3 0 0 4 6 13 6 18", "6 17 2 19 1 14 6 6 3 0 0 4 6 15 6 18", "5 19 1 15 6 5 2 0 1 6 6 17"],
    "9": ["8 17 4 20 0 15 3 10 7 12 8 18 7 5 4 0", "6 17 2 19 1 11 6 12 7 18 7 18 6 0", "6 17 2 18 1 12 5 12 6 18 4 0", "5 18 1 16 3 11 6 17 5 5 1 0"],
    ".": ["0 0 1 1"], ",": ["1 1 0 -3"], "-": ["0 7 6 7"], "/": ["0 -2 7 21"], "(": ["4 22 0 10 4 -3"], ")": ["0 22 4 10 0 -3"], ":": ["0 0 1 1 / 0 8 1 9"], ";": ["1 1 0 -3 / 0 8 1 9"],
    "+": ["0 9 8 9 / 4 13 4 5"], "'": ["0 20 0 16"], "\"": ["0 20 0 16 / 3 20 3 16"], "°": ["2 20 0 18 2 16 4 18 2 20"], "&": ["9 0 2 14 4 19 7 16 0 5 3 0 9 7"], "%": ["3 19 0 16 3 13 5 16 3 19 / 10 20 1 0 / 10 7 7 4 10 0 12 4 10 7"],
    "?": ["0 16 4 20 8 16 4 10 4 6 / 4 1 4 0"], "!": ["0 20 0 6 / 0 1 0 0"],
}
BARRED = {"đ": ("d", 16), "Đ": ("D", 10)}
# Marks around the middle of a letter's top, in the same units.
TONES = {
    "\u0301": ["-1 0 2 4", "0 0 1 5", "-1 1 3 3"], "\u0300": ["-2 4 1 0", "-1 5 0 0", "-3 3 1 1"],
    "\u0309": ["-1 3 1 4 2 3 0 1 0 0", "-1 4 2 4 1 1", "-1 3 1 5 1 2 -1 0"], "\u0303": ["-3 1 -1 3 1 1 3 3", "-3 1 -1 2 1 1 3 2", "-3 0 -1 3 2 0 3 3"],
}
HATS = {"\u0302": ["-3 0 0 3 0 3 3 0", "-2 0 0 4 2 0", "-3 0 0 2 3 0"], "\u0306": ["-3 3 0 0 3 3", "-2 3 0 1 2 3", "-3 2 0 0 3 2"]}
HORN = ["0 0 2 1 2 3", "0 0 2 2", "-1 1 1 1 2 3"]
DOT_BELOW, HORN_MARK = "\u0323", "\u031b"
MARKS = {*TONES, *HATS, DOT_BELOW, HORN_MARK}
# A unit of the paths as a share of the em.
SMALL = 0.043
# Letters are drawn at least about as large as this, in pixels to the em.
FINE = 100


def _paths(way: str) -> list[np.ndarray]:
    return [np.array(stroke.split(), np.float32).reshape(-1, 2) for stroke in way.split("/")]


_GLYPHS = {letter: [_paths(way) for way in ways] for letter, ways in GLYPHS.items()}


def _smooth(points: np.ndarray) -> np.ndarray:
    """A curve through the points (Catmull and Rom 1974, uniform); a point written twice is a corner."""
    if len(points) < 3:
        return points
    padded = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, 7, dtype=np.float32)[:, None]
    out = []
    for i in range(len(points) - 1):
        a, b, c, d = padded[i], padded[i + 1], padded[i + 2], padded[i + 3]
        if np.allclose(b, c):
            continue
        out.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t ** 2 + (3 * b - a - 3 * c + d) * t ** 3))
    return np.concatenate(out) if out else points


def _slurred(line: np.ndarray, by: float) -> np.ndarray:
    """The line as a hurried pen draws it: points half a unit apart, each moved to the mean of those about `by` units around it."""
    if by <= 0 or len(line) < 3:
        return line
    steps = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0], np.cumsum(steps)])
    if along[-1] < 2:
        return line
    even = np.arange(0, along[-1] + 0.5, 0.5)
    points = np.stack([np.interp(even, along, line[:, axis]) for axis in (0, 1)], axis=1).astype(np.float32)
    reach = max(1, round(4 * by))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (2 * by)) ** 2).astype(np.float32)
    padded = np.pad(points, ((reach, reach), (0, 0)), "edge")
    return np.stack([np.convolve(padded[:, axis], weights / weights.sum(), "valid") for axis in (0, 1)], axis=1)


class Hand:
    """A writer with habits; `r` decides them and each letter."""

    def __init__(self, r: random.Random) -> None:
        self.r = r
        self.wide = r.uniform(0.65, 1.25)
        self.tall = r.uniform(0.7, 1.1)
        self.low = r.uniform(0.6, 1.1)
        self.gap = r.uniform(-0.3, 3.5)
        self.capital = r.uniform(0.75, 1.1)
        # How far this writer's letters are from those of the list, and from each other.
        self.own = r.uniform(0.3, 1.1)
        self.unsteady = r.uniform(0.15, 0.7)
        self.shapes: dict[tuple[str, int], list[np.ndarray]] = {}
        self.joins = r.choice([0.0, 0.0, 0.3, 0.7, 0.95])
        self.pen = r.uniform(0.025, 0.08)
        self.space = r.uniform(4, 16)
        # How much a hurried pen rounds off, in units, and how far its letters sink towards the end of a word.
        self.slur = r.choice([0.0, 0.0, 1.0]) * r.uniform(0.3, 1.5)
        self.sinks = r.choice([0.0, 0.0, 1.0]) * r.uniform(0.05, 0.5)
        self.fuses = r.random() < 0.25
        self.ways = {letter: r.randrange(len(ways)) for letter, ways in GLYPHS.items()}
        # Some write figures of which 3, 4, 5, 7 and 9 hang below the line and 0, 1 and 2 are as low as an `a`.
        self.hanging = r.random() < 0.3
        self.figure = r.uniform(0.65, 1.05)
        # Such a 1 mostly stands on a foot.
        if self.hanging and r.random() < 0.6:
            self.ways["1"] = r.choice([at for at, way in enumerate(GLYPHS["1"]) if "/" in way])
        self.faithful = r.uniform(0.7, 1.0)
        self.mark = r.uniform(0.7, 1.3)
        self.mark_right = r.gauss(0.8, 1.7)
        self.mark_up = r.uniform(1.0, 4.0)
        self.tone_beside = r.random() < 0.4
        self.dotted = r.random() < 0.85
        self.tone_choice = {mark: r.randrange(len(ways)) for mark, ways in (TONES | HATS).items()}

    def writes(self, text: str) -> bool:
        """Whether every letter has a path."""
        def has_path(c: str) -> bool:
            base, *marks = unicodedata.normalize("NFD", BARRED.get(c, c)[0])
            return base in GLYPHS and all(mark in MARKS for mark in marks)

        return all(has_path(c) for c in text if c != " ")

    def _bent(self, path: np.ndarray, by: float) -> np.ndarray:
        """The path with its points moved by about `by` units."""
        noise = np.array([[self.r.gauss(0, by), self.r.gauss(0, by)] for _ in range(len(path))], np.float32)
        # A corner is one point.
        for i in range(1, len(path)):
            if np.array_equal(path[i], path[i - 1]):
                noise[i] = noise[i - 1]
        return path + noise

    def _figure(self, figure: str, heights: np.ndarray) -> np.ndarray:
        """How high this writer puts the points of a figure, which on the list is about 20 high."""
        if not self.hanging:
            return heights * self.figure
        if figure in "012":
            return heights * 0.5
        return heights * 0.75 - (6 if figure in "34579" else 0)

    def _letter(self, c: str) -> tuple[list[np.ndarray], list[np.ndarray], float]:
        """The strokes of a letter, its marks and its width."""
        r = self.r
        base, marks = (BARRED[c][0], "") if c in BARRED else (lambda d: (d[0], d[1:]))(unicodedata.normalize("NFD", c))
        at = self.ways[base] if r.random() < self.faithful else r.randrange(len(_GLYPHS[base]))
        if (base, at) not in self.shapes:
            self.shapes[base, at] = [self._bent(path, self.own) for path in _GLYPHS[base][at]]
        way = self.shapes[base, at]
        scale_x, scale_y = self.wide * r.uniform(0.85, 1.15), r.uniform(0.9, 1.1)
        strokes = []
        for path in way:
            path = self._bent(path, self.unsteady) * np.float32([scale_x, scale_y])
            if base.isupper():
                path[:, 1] *= self.capital
            elif base.isdigit():
                path[:, 1] = self._figure(base, path[:, 1])
            else:
                path[:, 1] = np.where(path[:, 1] > 10, 10 + (path[:, 1] - 10) * self.tall, path[:, 1])
            path[:, 1] = np.where(path[:, 1] < 0, path[:, 1] * self.low, path[:, 1])
            strokes.append(path)
        left = min(float(p[:, 0].min()) for p in strokes)
        strokes = [p - np.float32([left, 0]) for p in strokes]
        width = max(float(p[:, 0].max()) for p in strokes)
        top = max(float(p[:, 1].max()) for p in strokes)
        added = []
        if c in BARRED:
            y = BARRED[c][1] * (self.tall if c == "đ" else self.capital)
            x = width * 0.75 if c == "đ" else width * 0.1
            added.append(np.float32([[x - r.uniform(3, 5), y + r.gauss(0, 0.8)], [x + r.uniform(2.5, 5), y + r.gauss(0, 0.8)]]))
        if base in "ij" and not marks and self.dotted:
            x, y = width / 2 + r.gauss(0.3, 0.8), top + r.uniform(2, 5)
            added.append(np.float32([[x, y], [x + r.uniform(0, 0.8), y - r.uniform(0, 1.2)]]))
        middle, y = width * 0.5 + self.mark_right + r.gauss(0, 0.6), top + self.mark_up * r.uniform(0.5, 1.2)
        hat = next((m for m in marks if m in HATS), None)
        if hat:
            added.append(self._mark(HATS[hat], hat, width * 0.45 + r.gauss(0, 0.7), y))
        if HORN_MARK in marks:
            path = _paths(r.choice(HORN))[0] * self.mark
            added.append(self._bent(path, 0.3) + np.float32([width * (0.85 if base in "oO" else 1.0) - 1, top - r.uniform(0.3, 2.0)]))
        for tone in (m for m in marks if m in TONES):
            x, up = middle, y
            if hat:
                x, up = (width * 0.5 + r.uniform(2.5, 5), y + r.uniform(0, 3)) if self.tone_beside else (middle, y + r.uniform(3, 5) * self.mark)
            added.append(self._mark(TONES[tone], tone, x, up))
            if hat and self.fuses:
                # Hat and tone in one go of the pen.
                added[-2:] = [np.concatenate([added[-2], added[-1]])]
        if DOT_BELOW in marks:
            x, below = width * 0.5 + r.gauss(0, 1.2), -r.uniform(2, 5.5) - (6 * self.low if base in "yg" else 0)
            added.append(np.float32([[x, below], [x + r.uniform(0.2, 1.8), below + r.uniform(-0.8, 0.4)]]))
        return strokes, added, width

    def _mark(self, ways: list[str], name: str, x: float, y: float) -> np.ndarray:
        way = ways[self.tone_choice[name] if self.r.random() < self.faithful else self.r.randrange(len(ways))]
        return self._bent(_paths(way)[0] * self.mark * self.r.uniform(0.75, 1.25), 0.3) + np.float32([x, y])

    def gap_between_words(self, size: int) -> float:
        """Room before the next word, in pixels."""
        return self.space * self.r.uniform(0.6, 1.5) * size * SMALL

    def write(self, word: str, size: int) -> tuple[np.ndarray, int, int, int]:
        """A word: its ink (0 to 255), how far left of the pen's place it begins, the row of its baseline, and its width, in pixels."""
        r, marks, x = self.r, [], 0.0
        # Each go of the pen is a list of paths that follow on each other.
        goes: list[list[np.ndarray]] = []
        last: np.ndarray | None = None
        for at_letter, c in enumerate(word):
            body, own_marks, width = self._letter(c)
            if c.islower() and at_letter:
                low = 1 - self.sinks * at_letter / len(word)
                body, own_marks = [p * np.float32([1, low]) for p in body], [p * np.float32([1, low]) for p in own_marks]
            at = np.float32([x, r.gauss(0, 0.4)])
            body = [p + at for p in body]
            is_joined = last is not None and c.islower() and r.random() < self.joins and body[0][0, 1] > -2
            if is_joined:
                # The pen stays on the paper from the last letter's end to this one's beginning.
                a, b = last, body[0][0]
                bow = np.float32([(a[0] + b[0]) / 2, min(a[1], b[1]) - 0.2 + abs(a[1] - b[1]) * 0.25])
                goes[-1] += [np.stack([a, bow, b]), body[0]]
                body = body[1:]
                last = goes[-1][-1][-1] if not body else None
            else:
                last = body[-1][-1] if c.islower() and len(body) == 1 else None
            goes += [[p] for p in body]
            marks += [p + at for p in own_marks]
            x += width + self.gap * r.uniform(0.5, 1.5)
        # Drawn large and made small, so that a pen may be one and a half pixels wide.
        finer = max(1, round(FINE / size))
        unit = size * finer * SMALL
        lines = [_slurred(np.concatenate([_smooth(p) for p in go]), self.slur) for go in goes] + [_smooth(p) for p in marks]
        curves = [line * np.float32([unit, -unit]) for line in lines]
        pad = finer * (2 + round(size * 0.1))
        everything = np.concatenate(curves)
        x0, y0 = (np.floor((everything.min(axis=0) - pad) / finer) * finer).astype(int)
        x1, y1 = (np.ceil((everything.max(axis=0) + pad) / finer) * finer).astype(int)
        ink = np.zeros((y1 - y0, x1 - x0), np.uint8)
        for curve in curves:
            points = np.round((curve - np.float32([x0, y0])) * 16).astype(np.int32)
            pen = max(1, round(size * finer * self.pen * r.uniform(0.85, 1.15)))
            cv2.polylines(ink, [points[:, None]], False, r.randint(215, 255), pen, cv2.LINE_AA, 4)
        if finer > 1:
            ink = cv2.resize(ink, (ink.shape[1] // finer, ink.shape[0] // finer), interpolation=cv2.INTER_AREA)
        return ink, int(x0) // finer, int(-y0) // finer, round(x * unit / finer)
