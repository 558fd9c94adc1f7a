"""``python -m reson.agent.cli`` is ``reson``."""

from reson.agent.cli import main

main()
