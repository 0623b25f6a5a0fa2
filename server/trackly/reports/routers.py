"""Everything of reports over HTTP."""

from trackly.reports.edition_routes import router as editions_router
from trackly.reports.routes import router as definitions_router
from trackly.reports.run_routes import router as runs_router

ROUTERS = (definitions_router, runs_router, editions_router)
