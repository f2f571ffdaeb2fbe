"""Kurulum odası: `.venv`i kurar, ortamı denetler, JupyterLab'i açar."""

from course_lib.setup.environment import verdict

__all__ = ["verdict"]
