"""Files of each format, built by its published layout, with values that tests know."""

import io
import json
import struct
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from standex.edges.spectra import MeasuredSpectrum

AXIS = np.round(np.linspace(200.0, 263.0, 64) ** 1.01, 3)
COUNTS = np.round(1000 + 500 * np.exp(-0.5 * ((np.arange(64) - 30) / 3) ** 2), 1)
EVEN = np.linspace(100.0, 415.0, 64)
DATA = Path(__file__).with_name("data")


class Samples:
    """Bytes of each format; imports between test files do not work."""

    AXIS, COUNTS, EVEN, DATA = AXIS, COUNTS, EVEN, DATA

    @staticmethod
    def table(
        delimiter: str = "\t", mark: str = ".", *, head: str = "", flip: bool = False
    ) -> bytes:
        rows = [f"{x}{delimiter}{y}" for x, y in zip(AXIS, COUNTS, strict=True)]
        if flip:
            rows = rows[::-1]
        return (head + "\n".join(rows).replace(".", mark) + "\n").encode()

    @staticmethod
    def bwtek(mark: str = ".") -> bytes:
        head = (
            "File Version;BWSpec4.11_1\nDate;2022-03-10 13:30:00\nmodel;BTC162E-785S-SYS\n"
            "intigration times(ms);50\naverage number;3\nlaser_wavelength;784.82\n"
            "Pixel;Wavelength;Wavenumber;Raman Shift;Dark;Reference;Raw data #1;"
            "Dark Subtracted #1;%TR #1;\n"
        )
        rows = ["0;   ;   ;   ;968.0;65535.0;896.0;-59.7;0.0;"]
        for k, (x, y) in enumerate(zip(AXIS, COUNTS, strict=True)):
            nm = 1e7 / (1e7 / 784.82 - x)
            rows.append(
                f"{k + 1};{nm:.3f};{1e7 / nm:.3f};{x};{900 + k}.0;65535.0;{y};{y - 900};0.0;"
            )
        return (head + "\n".join(rows).replace(".", mark) + "\n").encode()

    @staticmethod
    def horiba() -> bytes:
        head = (
            "#Acq. time (s)=\t10\n#Accumulations=\t5\n#Detector temperature (\xb0C)=\t-50\n"
            "#Instrument=\tOSD\n#Laser (nm)=\t785 \n#Laser power=\t60\n#Title=\tsample 1\n"
            "#AxisType[0]=Intens\n#AxisUnit[0]=Cnt\n#AxisType[1]=Spectr\n#AxisUnit[1]=1/cm\n"
        )
        rows = "\r\n".join(f"{x}\t{y}" for x, y in zip(AXIS[::-1], COUNTS[::-1], strict=True))
        return (head + rows + "\r\n").encode("latin-1")

    @staticmethod
    def witec() -> bytes:
        head = (
            "//Exported ASCII-File\r\n[Header]\r\nGraphName = wafer\r\nXAxisUnit = nm\r\n"
            "DataUnit = CCD cts\r\n\r\n[Data]\r\nX-Axis,wafer\r\nnm,CCD cts\r\n"
        )
        return (
            head + "".join(f" {x:.9E}, {y:.9E}\r\n" for x, y in zip(AXIS, COUNTS, strict=True))
        ).encode()

    @staticmethod
    def columns() -> bytes:
        head = "xaxis,background,accumulation_0,accumulation_1\n"
        return (
            head + "".join(f"{k},{900 + k},{y},{y + 1}\n" for k, y in enumerate(COUNTS))
        ).encode()

    @staticmethod
    def rows_table() -> bytes:
        head = ",meta" + ",wvl" * 64 + "\n,Sample," + ",".join(map(str, AXIS)) + "\n"
        body = "".join(f'{k},"s, {k}",' + ",".join(map(str, COUNTS + k)) + "\n" for k in range(3))
        return (head + body).encode()

    @staticmethod
    def jcamp(table: str | None = None, *, n: int = 64) -> bytes:
        if table is None:
            lines = [" ".join(map(str, [EVEN[k], *COUNTS[k : k + 8]])) for k in range(0, 64, 8)]
            table = "##XYDATA=(X++(Y..Y))\n" + "\n".join(lines)
        return (
            "##TITLE=R\xe9f $$ a remark\n##JCAMP-DX=4.24\n##DATA TYPE=RAMAN SPECTRUM\n"
            "##XUNITS=1/CM\n##YUNITS=COUNTS\n##XFACTOR=1\n##YFACTOR=1\n"
            f"##FIRSTX=100\n##LASTX=415\n##NPOINTS={n}\n{table}\n##END=\n"
        ).encode("latin-1")

    @staticmethod
    def spc(
        *, order: str = "<", multi: int = 1, flags: int = 0, exponent: int = -128, own: bool = False
    ) -> bytes:
        flags |= (0x04 if multi > 1 else 0) | (0x40 | 0x80 if own else 0)
        head = bytearray(512)
        struct.pack_into(
            f"{order}BBBb", head, 0, flags, 0x4B if order == "<" else 0x4C, 0, exponent
        )
        struct.pack_into(f"{order}iddi", head, 4, 64, EVEN[0], EVEN[-1], multi)
        head[28:30] = bytes([13, 4])
        head[88:94] = b"sample"
        body = b""
        if flags & 0x80 and not own:
            body += AXIS.astype(f"{order}f4").tobytes()
        for row in range(multi):
            sub = bytearray(32)
            struct.pack_into("b", sub, 1, exponent)
            struct.pack_into(f"{order}i", sub, 16, 64 if own else 0)
            body += bytes(sub)
            if own:
                body += (AXIS + row).astype(f"{order}f4").tobytes()
            if exponent == -128:
                body += (COUNTS + row).astype(f"{order}f4").tobytes()
            else:
                bits = 16 if flags & 1 else 32
                whole = np.round((COUNTS + row) * 2.0 ** (bits - exponent))
                body += whole.astype(f"{order}i{bits // 8}").tobytes()
        return bytes(head) + body

    @staticmethod
    def spc_old(*, multi: int = 1, exponent: int = 12) -> bytes:
        head = bytearray(256)
        struct.pack_into(
            "<BBh3fBB", head, 0, 4 if multi > 1 else 0, 0x4D, exponent, 64, 100, 415, 13, 4
        )
        head[64:70] = b"sample"
        body = b""
        for row in range(multi):
            whole = np.round((COUNTS + row) * 2.0 ** (32 - exponent)).astype(np.int64)
            halves = np.stack([whole >> 16, whole & 0xFFFF], axis=1).astype("<u2")
            body += (bytes(32) if row else b"") + halves.tobytes()
        return bytes(head) + body

    @staticmethod
    def wdf(*, n_spectra: int = 2) -> bytes:
        head = bytearray(512)
        struct.pack_into("<4siq", head, 0, b"WDF1", 1, 512)
        struct.pack_into("<iqqiii", head, 0x3C, 64, n_spectra, n_spectra, 10, 1, 64)
        struct.pack_into("<if", head, 0x98, 6, 12738.85)
        head[0xF0:0xF6] = b"sample"
        counts = np.stack([COUNTS + row for row in range(n_spectra)]).astype("<f4").tobytes()
        axis = struct.pack("<ii", 1, 1) + AXIS.astype("<f4").tobytes()
        blocks = b""
        for kind, content in ((b"DATA", counts), (b"TEXT", b"words"), (b"XLST", axis)):
            blocks += struct.pack("<4siq", kind, 0, 16 + len(content)) + content
        return bytes(head) + blocks

    @staticmethod
    def _spe_head(version: float, dtype: int, n_frames: int) -> bytearray:
        head = bytearray(4100)
        struct.pack_into("<f", head, 1992, version)
        struct.pack_into("<h", head, 108, dtype)
        struct.pack_into("<H", head, 42, 64)
        struct.pack_into("<H", head, 656, 1)
        struct.pack_into("<i", head, 1446, n_frames)
        return head

    @classmethod
    def spe2(cls) -> bytes:
        head = cls._spe_head(2.5, 3, 2)
        struct.pack_into("<f", head, 10, 0.25)
        struct.pack_into("<d", head, 3311, 532.0)
        struct.pack_into("BBBB", head, 3098, 1, 2, 2, 1)
        struct.pack_into("<6d", head, 3263, 530.0, 0.5, 0, 0, 0, 0)
        struct.pack_into("<H", head, 4098, 0x5555)
        return bytes(head) + np.stack([COUNTS, COUNTS + 1]).astype("<u2").tobytes()

    @classmethod
    def spe3(cls) -> bytes:
        head = cls._spe_head(3.0, 3, 1)
        counts = COUNTS.astype("<u2").tobytes()
        struct.pack_into("<Q", head, 678, 4100 + len(counts))
        words = ",".join(map(str, AXIS))
        footer = (
            '<SpeFormat version="3.0"><DataBlock type="Frame" pixelFormat="MonochromeUnsigned16"/>'
            f'<WavelengthMapping laserLine="531.988"><Wavelength xml:space="preserve">{words}'
            "</Wavelength>"
            '</WavelengthMapping><Camera deviceID="2" model="PyLoN" />'
            '<ExposureTime type="Double">30000</ExposureTime></SpeFormat>'
        )
        return bytes(head) + counts + footer.encode()

    @staticmethod
    def opus() -> bytes:
        def parameter(key: str, value: float | str) -> bytes:
            if isinstance(value, int):
                return struct.pack("<3sxhHi", key.encode(), 0, 2, value)
            if isinstance(value, float):
                return struct.pack("<3sxhHd", key.encode(), 1, 4, value)
            text = value.encode().ljust(2 * (len(value) // 2 + 1), b"\0")
            return struct.pack("<3sxhH", key.encode(), 2, len(text) // 2) + text

        end = struct.pack("<3sxhH", b"END", 0, 0)
        status = b"".join(
            parameter(key, value)
            for key, value in (
                ("DPF", 1), ("NPT", 64), ("FXV", 415.0), ("LXV", 100.0), ("CSF", 2.0),
                ("DXU", "WN"),
            )
        )  # fmt: skip
        acquired = b"".join(
            parameter(key, value)
            for key, value in (("NSS", 50), ("RLW", 9394.9), ("RLP", 200.0), ("INS", "VERTEX"))
        )
        contents = (
            (10 << 10 | 3 << 2, (COUNTS / 2).astype("<f4").tobytes()),
            (10 << 10 | 3 << 2 | 1 << 4, status + end),
            (3 << 4, acquired + end),
        )
        offset, directory, body = 24 + 12 * len(contents), b"", b""
        for kind, content in contents:
            padded = content.ljust((len(content) + 3) // 4 * 4, b"\0")
            directory += struct.pack("<Iii", kind, len(padded) // 4, offset + len(body))
            body += padded
        head = b"\n\n\xfe\xfe" + struct.pack("<d3i", 920622.0, 24, 40, len(contents))
        return head + directory + body

    @staticmethod
    def rod() -> bytes:
        return (DATA / "rod_file_1000679.rod").read_bytes()

    @staticmethod
    def oras() -> bytes:
        spectra = np.stack([COUNTS, COUNTS + 1], axis=1).tolist()
        document = {"Comment": "tablet", "Wavelength": 785, "Power": 29, "ExpTime": 50}
        return json.dumps(document | {"Background": [9.0] * 64, "RawSpectra": spectra}).encode()

    @staticmethod
    def nexus() -> bytes:
        h5py = pytest.importorskip("h5py")
        buffer = io.BytesIO()
        with h5py.File(buffer, "w") as file:
            entry = file.create_group("entry")
            entry.attrs["NX_class"] = "NXentry"
            entry["definition"], entry["title"] = "NXraman", "sample"
            data = entry.create_group("data")
            data.attrs["NX_class"], data.attrs["signal"] = "NXdata", "y"
            data.attrs["axes"] = "x"
            data["x"], data["y"] = AXIS, COUNTS
            data["x"].attrs["units"], data["y"].attrs["units"] = "1/cm", "counts"
            entry["instrument/beam_incident/wavelength"] = 532.1
            entry["instrument/beam_incident/average_power"] = 0.06
            entry["instrument/beam_incident/average_power"].attrs["units"] = "W"
        return buffer.getvalue()

    @classmethod
    def all(cls) -> dict[str, bytes]:
        """Return one file of each format."""
        return {
            "tabs": cls.table(), "decimal comma": cls.table(";", ","), "bwtek": cls.bwtek(","),
            "horiba": cls.horiba(), "witec": cls.witec(), "columns": cls.columns(),
            "rows": cls.rows_table(), "jcamp": cls.jcamp(), "spc": cls.spc(multi=2),
            "spc own axes": cls.spc(multi=2, own=True), "spc old": cls.spc_old(multi=2),
            "wdf": cls.wdf(), "spe 2": cls.spe2(), "spe 3": cls.spe3(), "opus": cls.opus(),
            "rod": cls.rod(), "oras": cls.oras(), "nexus": cls.nexus(),
        }  # fmt: skip


@pytest.fixture(scope="session")
def samples() -> type[Samples]:
    return Samples


@pytest.fixture(scope="session")
def all_samples() -> dict[str, bytes]:
    return Samples.all()


@pytest.fixture
def every_spectrum() -> tuple[MeasuredSpectrum, ...]:
    """Return spectra that say everything, and nothing; even and uneven axes, up and down."""
    full = MeasuredSpectrum(
        name="everything, = said",
        axis=AXIS,
        axis_unit="per_cm",
        counts=np.stack([COUNTS / 3, COUNTS - 1000.1]),
        provenance="by hand",
        counts_unit="counts",
        dark=COUNTS / 7,
        exposure_s=0.1,
        accumulations=20,
        laser_nm=784.82,
        power_mw=29.0,
        range_m=6.4,
        gain_e_per_count=2.5,
        read_noise_e=4.1,
        instrument="maker, model 3",
    )
    bare = MeasuredSpectrum(
        name="bare", axis=AXIS[::-1], axis_unit=None, counts=COUNTS[None], provenance="by hand"
    )
    even = replace(bare, name="even", axis=EVEN[::-1], axis_unit="nm", counts_unit="Reflectance")
    return full, bare, even, replace(even, name="um", axis_unit="um")


@pytest.fixture
def same():
    """Return a check that two spectra say the same, but for where they come from."""

    def check(one: MeasuredSpectrum, other: MeasuredSpectrum) -> None:
        for field in fields(MeasuredSpectrum):
            if field.name == "provenance":
                continue
            before, after = getattr(one, field.name), getattr(other, field.name)
            if isinstance(before, np.ndarray):
                np.testing.assert_array_equal(before, after, err_msg=field.name)
            else:
                assert before == after, field.name

    return check
