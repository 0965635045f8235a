"""What each room adds to the world of the tests: things made by its operations, and the addresses of its pages.

A room's part is a module with `build(app, world)`, called within a request context at the world's time, after everything that
tests/world.py makes itself; `addresses(world)`: endpoint -> who opens which page; `files(world)`: what is fetched and is no
page; and `NO_PAGES`, their endpoints. Ids go into `world.things` under the name of the argument in the address.
"""

from types import ModuleType

from tests.rooms_of_the_world import (
    approvals,
    bank,
    bank_accounts,
    bills,
    cards,
    chart,
    community,
    desk,
    funds,
    imports,
    marketplace,
    meetings,
    money,
    outside,
    papers,
    planning,
    reports,
    rolls,
    statements,
    surplus,
)

#: In the order in which they are built.
ROOMS: tuple[ModuleType, ...] = (
    approvals,
    money,
    bank,
    bank_accounts,
    bills,
    cards,
    chart,
    community,
    marketplace,
    surplus,
    planning,
    funds,
    imports,
    papers,
    meetings,
    outside,
    rolls,
    statements,
    reports,
    desk,
)
