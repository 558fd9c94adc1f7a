"""The experiments: ``catalogue`` lists them, each module of its own name holds one, ``experiment`` says what one is.

``circuits`` holds what several of them play, ``fits`` what turns their raw data into numbers.
"""
