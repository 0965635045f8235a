"""All benchmarks of votes, one after the other: `python -m benchmarks.governance [--full] [--folder DIR] [--only ...]`."""

from benchmarks.governance import count_file, rolls, stored_count

if __name__ == "__main__":
    for benchmark in (count_file, stored_count, rolls):
        benchmark.main()
