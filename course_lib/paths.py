"""Kurs klasörünün yeri: her yol buradan başlar."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
