"""Small files of every type that is kept, as programs write their beginnings, and files that are to be refused."""

from __future__ import annotations

import io
import zipfile

ODT = "application/vnd.oasis.opendocument.text"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def zipped(*names, first=None, **more):
    """An archive of files of these names; `first` is the text of `mimetype`, not compressed, as OpenDocument has it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if first is not None:
            archive.writestr(zipfile.ZipInfo("mimetype"), first)
        for name in names:
            archive.writestr(name, b"<xml/>" * 50)
        archive.comment = more.get("comment", b"")
    return out.getvalue()


def pdf(text=b"Canary"):
    return b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\n" + text + b"\n%%EOF\n"


FILES = {
    "application/pdf": pdf(),
    "image/png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(40),
    "image/jpeg": b"\xff\xd8\xff\xe1\0\x10Exif\0\0" + bytes(40) + b"\xff\xd9",
    "image/webp": b"RIFF\x24\0\0\0WEBPVP8 " + bytes(30),
    "image/heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40),
    "audio/mpeg": b"ID3\x04\0\0\0\0\0\0" + b"\xff\xfb\x90\x64" + bytes(40),
    "audio/mp4": b"\0\0\0\x18ftypM4A \0\0\0\0isomM4A " + bytes(40),
    "audio/ogg": b"OggS\0\x02" + bytes(20) + b"OpusHead",
    "video/mp4": b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + bytes(40),
    DOCX: zipped("[Content_Types].xml", "word/document.xml", "word/media/image1.svg"),
    ODT: zipped("content.xml", "styles.xml", first=ODT),
    "text/plain": "Elle a dit : « je pars » — 2 < 3.\r\n\tفقط\n".encode(),
}
"""By media type, one file of each."""

ALSO = {
    "image/heic": b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic" + bytes(40),
    "audio/mpeg": b"\xff\xfb\x90\x64" + bytes(400),
    "text/plain": b"\xef\xbb\xbfa text that begins with a mark of its order of bytes\n",
}
"""Other forms of some of them."""
