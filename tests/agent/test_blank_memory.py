"""The vector index saves room that it never wrote to: nothing of what the process had in memory may be found there."""

from __future__ import annotations

import threading
from pathlib import Path

from reson.agent.memory import MemoryDocument, open_memory, recall, remember

SECRET = b"sk-test-not-a-real-key-in-freed-memory"


def litter() -> None:
    """Write the secret all over the memory of some threads and free it; threads that come after get that memory."""
    kept = []

    def write() -> None:
        blocks = [bytes(SECRET * 500) + bytes([n % 256]) for n in range(600)]
        kept.append(len(blocks))

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_freed_memory_does_not_get_into_the_files_of_the_index(tmp_path: Path):
    litter()
    memory = open_memory(tmp_path / "memory")
    litter()
    remember(memory, [MemoryDocument(id=str(n), text=f"rabi on q{n}", metadata={"kind": "x"}) for n in range(20)])
    litter()
    assert recall(memory, "rabi on q3")
    memory.close()
    files = [path for path in (tmp_path / "memory").rglob("*") if path.is_file()]
    assert any(path.suffix == ".bin" for path in files)
    assert not [path.name for path in files if SECRET in path.read_bytes()]
