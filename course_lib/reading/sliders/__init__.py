"""Sürgülü şekiller: okurun çevirdiği düğmeler. Ortak sayfaları `slider.mjs`dir."""

from course_lib.reading.sliders.blend import blend_slider
from course_lib.reading.sliders.blob import blob_slider, weight_slider
from course_lib.reading.sliders.depth import depth_slider
from course_lib.reading.sliders.desk import mixing_desk
from course_lib.reading.sliders.factor import factor_slider
from course_lib.reading.sliders.log_curves import curve_slider
from course_lib.reading.sliders.moves import moves_slider
from course_lib.reading.sliders.neighbours import neighbour_slider
from course_lib.reading.sliders.publish import publish_slider
from course_lib.reading.sliders.reach import reach_slider
from course_lib.reading.sliders.share import share_slider
from course_lib.reading.sliders.slider import Knob
from course_lib.reading.sliders.stages import stage_slider
from course_lib.reading.sliders.temperature import temperature_slider
from course_lib.reading.sliders.twins import twin_slider

__all__ = [
    "Knob",
    "blend_slider",
    "blob_slider",
    "curve_slider",
    "depth_slider",
    "factor_slider",
    "mixing_desk",
    "moves_slider",
    "neighbour_slider",
    "publish_slider",
    "reach_slider",
    "share_slider",
    "stage_slider",
    "temperature_slider",
    "twin_slider",
    "weight_slider",
]
