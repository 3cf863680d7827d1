"""What sites that show previews of links read in the figures' pages, and whether it is there."""

import json
import struct
import sys
from pathlib import Path

from metadata_parser import MetadataParser

dist, address = Path(sys.argv[1]), sys.argv[2]
pages = sorted((dist / "figure").glob("*/index.html"))
assert pages, "there are no pages of figures"
titles = set()
for page in pages:
    name = page.parent.name
    own = f"{address}figure/{name}/"
    parsed = MetadataParser(html=page.read_text(), url=own, search_head_only=True).parsed_result

    def read(key):
        values = parsed.get_metadatas(key, strategy=["og", "meta", "page"])
        assert values, f"{name} has no {key}"
        return next(iter(values.values()))[0]

    assert read("url") == own
    assert read("image") == f"{own}picture.png"
    assert len(read("description")) > 40
    titles.add(read("title"))
    picture = (page.parent / "picture.png").read_bytes()
    size = struct.unpack(">II", picture[16:24])
    assert size == (1200, 630) == (int(read("image:width")), int(read("image:height"))), size
    embed = json.loads((page.parent / "oembed.json").read_text())
    assert embed["type"] == "rich" and f"{address}#embed={name}" in embed["html"], embed
    assert f'href="{own}oembed.json"' in page.read_text()
    print(f"  preview of {name}: “{read('title')}”, {len(picture)} bytes of picture")
assert len(titles) == len(pages), "each has a title of its own"
