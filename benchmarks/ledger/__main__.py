"""All benchmarks of the ledger, one after the other: `python -m benchmarks.ledger [--full] [--folder DIR] [--only ...]`."""

from benchmarks.ledger import bulk_posting, export, posting, trial_balance

if __name__ == "__main__":
    for benchmark in (posting, bulk_posting, trial_balance, export):
        benchmark.main()
