"""The application as a WSGI server loads it: configured from the environment, with the worker beside it where asked for."""

import os

from coop import logs, worker
from coop.app import create_app
from coop.config import read_config

logs.configure()
application = create_app(read_config(os.environ))
if os.environ.get("COOP_SERVE_WITH_WORKER"):
    worker.start_thread(application)
