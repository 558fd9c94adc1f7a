from reson.evals.verdicts.study import main

if __name__ == "__main__":  # the pool's workers import this module too
    main()
