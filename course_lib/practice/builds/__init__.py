"""Kurma alıştırmaları: her birinin metinleri eNN.toml'da, sözleşmesi eNN.py'dedir."""
