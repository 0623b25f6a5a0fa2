"""Runs as a process of its own, for one picture: decodes it and writes it anew, so that only pixels are left.

`image_worker.py SOURCE FOLDER FORMAT MAX_PIXELS` writes FOLDER/content and FOLDER/thumbnail and says one line of JSON:
`{"status": "done" | "still" | "unreadable" | "too_large", "pixels": n}`. `still`: it moves for too long to be written
anew, there is a thumbnail only."""

import io
import json
import resource
import sys
import warnings
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps

_MEMORY_BYTES = 1536 * 1024 * 1024
_CPU_S = 30
_THUMBNAIL = 480
_ANIMATION_PIXELS = 100_000_000
_ANIMATION_FRAMES = 1000


class TooLarge(Exception):
    pass


def main(source: str, folder: str, kind: str, max_pixels: str) -> None:
    limit_process()
    answer = {"status": "unreadable", "pixels": 0}
    try:
        answer = rewrite(Path(source), Path(folder), kind, int(max_pixels))
    except (TooLarge, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        answer = {"status": "too_large", "pixels": error.args[0] if isinstance(error, TooLarge) else 0}
    except Exception as error:  # whatever a decoder trips over, the file is no picture to us
        sys.stderr.write(f"{type(error).__name__}: {error}")
    sys.stdout.write(json.dumps(answer))


def limit_process() -> None:
    """A picture that was made to hurt ends this process, nothing else."""
    for what, most in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CPU, _CPU_S),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        try:
            resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
        except (ValueError, OSError):
            continue


def rewrite(source: Path, folder: Path, kind: str, max_pixels: int) -> dict[str, Any]:
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = max_pixels
    with Image.open(source, formats=[kind]) as image:
        pixels = image.width * image.height
        if pixels > max_pixels:
            raise TooLarge(pixels)
        frames = getattr(image, "n_frames", 1) if kind != "JPEG" else 1
        if frames == 1:
            _write_still(image, source, folder, kind)
            return {"status": "done", "pixels": pixels}
        image.seek(0)
        _write_thumbnail(image.convert("RGBA"), folder)
        if frames > _ANIMATION_FRAMES or frames * pixels > _ANIMATION_PIXELS:
            return {"status": "still", "pixels": pixels}
        _write_moving(image, folder, kind)
        return {"status": "done", "pixels": pixels}


def _write_still(image: Image.Image, source: Path, folder: Path, kind: str) -> None:
    upright = _upright(image)
    options: dict[str, Any] = {}
    if kind == "JPEG":
        upright = upright if upright.mode in ("L", "RGB") else upright.convert("RGB")
        kept = upright is image and image.format == "JPEG"
        options = {"quality": "keep", "subsampling": "keep"} if kept else {"quality": 92}
    elif kind == "WEBP":
        lossless = b"VP8L" in source.open("rb").read(4096)
        options = {"lossless": True} if lossless else {"quality": 90}
    upright.info = {}
    upright.save(folder / "content", kind, **options)
    _write_thumbnail(upright, folder)


def _write_moving(image: Image.Image, folder: Path, kind: str) -> None:
    nothing = {"comment": b""} if kind == "GIF" else {"exif": b"", "xmp": b"", "icc_profile": b""}
    image.save(folder / "content", kind, save_all=True, **nothing)


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its orientation says, in sRGB, transparency as a channel; the same object if there is nothing to do."""
    image.load()
    turned = image if image.getexif().get(0x0112, 1) == 1 else ImageOps.exif_transpose(image)
    if "transparency" in turned.info or turned.mode in ("PA", "La", "RGBa"):
        turned = _keeping_profile(turned, turned.convert("RGBA"))
    return _in_srgb(turned)


def _keeping_profile(before: Image.Image, after: Image.Image) -> Image.Image:
    after.info["icc_profile"] = before.info.get("icc_profile")
    return after


def _in_srgb(image: Image.Image) -> Image.Image:
    """A profile is used, then left out: it may name people and machines. One that is broken is only left out."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK"):
        return image
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(given).lower():
            return image
        mode = "RGB" if image.mode == "CMYK" else image.mode
        return ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def _write_thumbnail(image: Image.Image, folder: Path) -> None:
    scale = min(1.0, _THUMBNAIL / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode not in ("RGB", "RGBA", "L"):
        image = image.convert("RGB")
    small = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    small.info = {}
    small.save(folder / "thumbnail", "WEBP", quality=80)


if __name__ == "__main__":
    main(*sys.argv[1:5])
