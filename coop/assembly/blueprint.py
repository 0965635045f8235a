"""The blueprint on which the pages of the assembly stand."""

from flask import Blueprint

from coop import markdown

blueprint = Blueprint("assembly", __name__)
blueprint.add_app_template_filter(markdown.render, "markdown")
