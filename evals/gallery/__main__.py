from reson.evals.gallery.make import main

main()
