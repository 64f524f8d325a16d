"""The API answers what its OpenAPI document says, whatever it is sent: requests made from the document itself."""

import subprocess
import sys
from pathlib import Path

from tests.serving import ROOT, Site

SEED = "20261126"
EXAMPLES = "15"
CONFIG = "tests/server/schemathesis.toml"
DEADLINE_S = 240
"""On a busy machine; alone it takes half a minute."""


def test_generated_requests_find_nothing(tmp_path: Path) -> None:
    with Site(tmp_path, SYNCHRO_INGEST="0", SYNCHRO_RATE_LIMIT_FACTOR="1000") as site:
        site.prepare(demo=False)
        made = "from tests.builders import ready_track; [ready_track() for _ in range(3)]"
        site.manage("shell", "--verbosity", "0", "--command", made)
        site.start()
        with site.api() as script:
            script.post("rooms", json={"name": "kitchen"}).raise_for_status()
            token = script.headers["Authorization"]
        done = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"), "--config-file", CONFIG, "run",
                f"{site.url}/api/v1/openapi.json", "--header", f"Authorization: {token}", "--seed", SEED,
                "--max-examples", EXAMPLES, "--phases", "coverage,fuzzing", "--request-timeout", "30", "--no-color",
            ],
            cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_S,
        )  # fmt: skip
        log = site.log.read_text()
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "Traceback" not in log
