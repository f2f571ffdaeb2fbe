"""Sürgülü şekiller: okurun çevirdiği düğmeler. Ortak sayfaları `slider.mjs`dir."""

from course_lib.reading.sliders.desk import mixing_desk
from course_lib.reading.sliders.neighbours import neighbour_slider
from course_lib.reading.sliders.temperature import temperature_slider

__all__ = ["mixing_desk", "neighbour_slider", "temperature_slider"]
