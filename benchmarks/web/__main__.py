"""All benchmarks of pages, one after the other: `python -m benchmarks.web [--full] [--folder DIR] [--only ...]`."""

from benchmarks.web import lists, votes

if __name__ == "__main__":
    for benchmark in (votes, lists):
        benchmark.main()
