import pytest
from tests import world as worlds
from tests.house import test_pages as tp
from tests.house.test_pages import *
from tests.conftest import *
_a, _p, _f = worlds.addresses, tp._paths, worlds.files
keep = lambda e: e.startswith("marketplace.")
worlds.addresses = lambda w: {k: v for k, v in _a(w).items() if keep(k) or k == "start"}
worlds.files = lambda w: [x for x in _f(w) if "orders" in x.path]
def paths(app, world, method):
    import types
    for r in [r for r in app.url_map.iter_rules() if not keep(r.endpoint)]: pass
    known_missing = None
    class M:
        def __init__(s, m): s.m = m
        def bind(s, *a): return s.m.bind(*a)
        def iter_rules(s): return [r for r in s.m.iter_rules() if keep(r.endpoint)]
    class A:
        url_map = M(app.url_map); view_functions = app.view_functions
    return _p(A, world, method)
tp._paths = paths
