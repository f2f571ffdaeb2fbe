"""JupyterLab'in kaydederken çağırdığı kanca: dersi yalnız açmak git'te değişiklik bırakmaz."""

from __future__ import annotations

from typing import Any


def keep_clean(model: dict[str, Any], path: str, contents_manager: Any) -> None:
    """Çekirdeğin her açılışta deftere yazdığı ayrıntıyı (Python sürümü, renklendirici) kaydetmez.

    Hücrelere, çıktılara, etiketlere ve başka dillerin defterlerine dokunmaz.
    """
    if model["type"] != "notebook":
        return
    metadata = model["content"].get("metadata", {})
    if metadata.get("language_info", {}).get("name") == "python":
        metadata["language_info"] = {"name": "python"}
