"""Decoding and nothing else: what JSON alone costs."""

from . import Run


def runs(setup):
    for records in ("orders", "views"):
        job, file = f"decode {records}", setup.data.file(records)
        arguments = ["--records", records, "--input", file]
        yield Run(
            "decoding", "sonic-rs into borrowed structs", job, 1, setup.lines,
            [setup.workload("decode_sonic"), *arguments], setup.repeat,
        )
        yield Run(
            "decoding", "Millstream's decoder", job, 1, setup.lines,
            [setup.micro("decode_millstream"), *arguments], setup.repeat,
        )
        yield Run(
            "decoding", "finding line ends only", job, 1, setup.lines,
            [setup.workload("decode_sonic"), "--records", "lines", "--input", file], setup.repeat,
        )
