from reson.evals.recordings.make import main

main()
