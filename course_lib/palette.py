"""Kursun renkleri. Hiçbir şey import etmez: matplotlib istemeyen modüller de buradan alır."""

# Okabe-Ito: renk körlüğünde de ayrılırlar
BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
PINK = "#CC79A7"
ORANGE = "#E69F00"
SKY = "#56B4E9"
NAVY = "#08306b"
CRIMSON = "#A6192E"  # yalnız yanlışın rengi

# Kâğıt, mürekkep ve griler
PAPER = "#ffffff"
INK = "#1b1b1b"
GRAPHITE = "#3C3C3C"
DARK_GRAY = "#595959"
MID_GRAY = "#8a8a8a"
LIGHT_GRAY = "#b0b0b0"
PALE_GRAY = "#d0d0d0"

# Zeminler: üstlerine INK ile yazılır
BLUE_TINT = "#eaf3fa"
VERMILION_TINT = "#fdeee6"
GREEN_TINT = "#e5f5ef"
CRIMSON_TINT = "#fbe9ec"
BLUE_FILL = "#d6e6f2"
GREEN_FILL = "#cdebdf"
ORANGE_FILL = "#fbe3c4"
GRAY_FILL = "#ececec"

# Kaynak kodunun yazısı: PAPER ve BLUE_TINT üstünde karşıtlıkları en az 4,5
CODE_BLUE = "#0000ff"
CODE_GREEN = "#007500"
CODE_RED = "#b01c1c"
CODE_VIOLET = "#8a1fd0"
CODE_TEAL = "#346b6b"
CODE_MAROON = "#880000"

# Hata satırı: CRIMSON_TINT üstünde
ERROR_RED = "#a30000"
