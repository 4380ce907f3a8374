"""Reproducible archives: their files are sorted, without owner, and have one time."""

import gzip
import io
import tarfile


def pack(path, top, files, moment):
    """Writes a `.tar.gz` with the folder `top`, which holds `files`: the bytes and mode of each, by its path."""
    with path.open("wb") as written:
        # The gzip header contains neither the name nor the time of the tar.
        with gzip.GzipFile(filename="", fileobj=written, mode="wb", compresslevel=9, mtime=0) as packed:
            with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
                for name, (content, mode) in sorted(files.items()):
                    entry = tarfile.TarInfo(f"{top}/{name}")
                    entry.size, entry.mode, entry.mtime = len(content), mode, moment
                    archive.addfile(entry, io.BytesIO(content))
