"""Akış şemaları, koddan çizilir: artık blokların dalları ve dört füzyon kalıbı."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from torch import nn

from course_lib.reading.figures import hide_axes
from course_lib.reading.style import COLORS, Picture, course_style

LIGHT = {"conv": "#d6e6f2", "bn": "#ececec", "act": "#fbe3c4", "attn": "#cdebdf", "f": "#d6e6f2"}


def box(ax, x: float, y: float, text: str, kind: str, width: float, height: float = 0.5, size: float = 9) -> None:
    ax.text(
        x, y, text, ha="center", va="center", fontsize=size, color="#1b1b1b",
        bbox={"boxstyle": "square,pad=0", "alpha": 0}, zorder=3,
    )  # fmt: skip
    ax.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2), width, height, boxstyle="round,pad=0,rounding_size=0.08",
            facecolor=LIGHT[kind], edgecolor="#595959", lw=1, zorder=2,
        )
    )  # fmt: skip


def arrow(ax, start: tuple[float, float], end: tuple[float, float], color: str = "#595959") -> None:
    style = {"arrowstyle": "-|>", "color": color, "lw": 1.4, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", end, start, arrowprops=style, zorder=1)


def layer_name(layer: nn.Module) -> tuple[str, str] | None:
    """(kutunun yazısı, türü); birim eşleme çizilmez."""
    if isinstance(layer, nn.Conv2d):
        side = f"{layer.kernel_size[0]}×{layer.kernel_size[1]}"
        grouped = f"\n{layer.groups} öbek" if layer.groups > 1 else ""
        return f"{side}, {layer.out_channels}{grouped}", "conv"
    if isinstance(layer, nn.BatchNorm2d):
        return "BN", "bn"
    return ("ReLU", "act") if isinstance(layer, nn.ReLU) else None


def branch_chains(branches: dict[str, nn.Module], title: str, caption: str, alt: str) -> Picture:
    """Her dal bir satır: katmanları, modülün kendisinden okunur. `branches`: ad -> dal."""
    with course_style():
        fig = Figure(figsize=(7, 0.7 + 0.72 * len(branches)), layout="constrained")
        ax = fig.subplots()
        hide_axes(ax)
        widths = {"conv": 1.15, "bn": 0.62, "act": 0.8}
        for row, (name, branch) in enumerate(branches.items()):
            y, x = -row, 2.35
            ax.text(-0.1, y, name, va="center", fontsize=9)
            for layer in branch.modules():
                found = layer_name(layer)
                if found is None:
                    continue
                text, kind = found
                width = widths[kind]
                arrow(ax, (x, y), (x + 0.22, y))
                box(ax, x + 0.22 + width / 2, y, text, kind, width, 0.62, 8.5 if "\n" in text else 9)
                x += 0.22 + width
            arrow(ax, (x, y), (x + 0.3, y))
            ax.text(x + 0.36, y, "+ S" + (", ReLU" if branch.activation == "post" else ""), va="center", fontsize=9)
        ax.set_xlim(-0.15, 12.3)
        ax.set_ylim(-len(branches) + 0.45, 0.5)
        fig.suptitle(title, fontsize=11, x=0.02, ha="left")
        return Picture(fig, caption, alt)


FORMULAS = {
    "P1": "y = x + A(F(x))",
    "P2": "y = A(x + F(x))",
    "P3": "y = x + F(A(x))",
    "P4": "y = A_s(x) + A_r(F(x))",
}


def fusion_patterns(names: Sequence[str], title: str, caption: str, alt: str) -> Picture:
    """Kalıpların akış şeması, iki sütunda. `names`: "P1" … "P4"."""
    with course_style():
        fig = Figure(figsize=(7, 0.5 + 1.65 * (-(-len(names) // 2))), layout="constrained")
        axes = fig.subplots(-(-len(names) // 2), 2).flatten()
        for ax, name in zip(axes, names, strict=True):
            hide_axes(ax)
            ax.set_xlim(-0.3, 7)
            ax.set_ylim(-0.75, 1.6)
            ax.set_title(f"Kalıp {name[1]}:  {FORMULAS[name]}", fontsize=10)
            skip, learned, plus = 1.1, 0.0, 5.0
            ax.text(-0.1, 0.55, "x", fontsize=11, ha="center", va="center")
            for y in (skip, learned):  # girişten iki yola
                ax.plot([0.1, 0.4, 0.4], [0.55, 0.55, y], color="#595959", lw=1.4, zorder=1)
            stops = {skip: [], learned: [(2.7, "F", "f")]}
            if name == "P4":
                stops[skip].append((2.7, "A_s", "attn"))
            if name in ("P1", "P4"):
                stops[learned].append((3.9, "A" if name == "P1" else "A_r", "attn"))
            if name == "P3":
                stops[learned].insert(0, (1.5, "A", "attn"))
            for y, items in stops.items():
                at = 0.4
                color = COLORS["x"] if y == skip else "#595959"
                for x, text, kind in items:
                    arrow(ax, (at, y), (x - 0.4, y), color)
                    box(ax, x, y, text, kind, 0.8)
                    at = x + 0.4
                ax.plot([at, plus], [y, y], color=color, lw=1.4, zorder=1)
                arrow(ax, (plus, y), (plus, 0.55 + (0.17 if y == skip else -0.17)), color)
            ax.text(1.0 if name == "P4" else 2.7, skip + 0.2, "kısayol", fontsize=9, color="#595959", ha="center")
            ax.text(plus, 0.55, "+", fontsize=12, ha="center", va="center", zorder=4)
            ax.scatter([plus], [0.55], s=190, facecolor="white", edgecolor="#595959", zorder=3)
            if name == "P2":
                arrow(ax, (plus + 0.2, 0.55), (5.5, 0.55))
                box(ax, 5.9, 0.55, "A", "attn", 0.8)
                arrow(ax, (6.3, 0.55), (6.65, 0.55))
            else:
                arrow(ax, (plus + 0.2, 0.55), (6.65, 0.55))
            ax.text(6.8, 0.55, "y", fontsize=11, ha="center", va="center")
        fig.suptitle(title, fontsize=11, x=0.02, ha="left")
        return Picture(fig, caption, alt)
