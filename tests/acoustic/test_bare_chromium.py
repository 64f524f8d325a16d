from pathlib import Path

from tests.acoustic.bare_chromium import BareChromium
from tests.waiting import until

A_PAGE_WITH_A_WORKER = """<!doctype html><script>
  const script = `
    const dropped = new WeakRef({});
    onmessage = () => postMessage(dropped.deref() === undefined);
  `;
  const worker = new Worker(URL.createObjectURL(new Blob([script])));
  worker.onmessage = ({ data }) => { window.collected = data; };
</script>"""


def test_a_page_is_weighed_with_the_garbage_of_its_workers_collected(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(A_PAGE_WITH_A_WORKER)

    with BareChromium(tmp_path / "profile", file.as_uri()) as page:

        def collected() -> bool:
            page.evaluate("delete window.collected; worker.postMessage(0)")
            until(lambda: page.evaluate("window.collected !== undefined"), 10, "the worker answers")
            return bool(page.evaluate("window.collected"))

        assert not collected()
        assert page.page_mb() > 0
        assert collected()
