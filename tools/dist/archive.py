"""Archives whose bytes follow from what is in them: sorted, owned by nobody, at one time."""

import gzip
import io
import tarfile


def pack(path, top, files, moment):
    """Writes a `.tar.gz` whose folder `top` holds `files`: the bytes and mode of each, by its path."""
    with path.open("wb") as written:
        # Neither the name nor the time of the tar goes into the gzip's header.
        with gzip.GzipFile(filename="", fileobj=written, mode="wb", compresslevel=9, mtime=0) as packed:
            with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
                for name, (content, mode) in sorted(files.items()):
                    entry = tarfile.TarInfo(f"{top}/{name}")
                    entry.size, entry.mode, entry.mtime = len(content), mode, moment
                    archive.addfile(entry, io.BytesIO(content))
