"""How every route is asked, by whoever it belongs to; see `api_recipes.recipe`."""

from api_recipes import accounts, casework, outside, person, rulebooks
from api_recipes.recipe import RECIPES, Recipe
from api_recipes.world import World

__all__ = ["RECIPES", "Recipe", "World", "accounts", "casework", "outside", "person", "rulebooks"]
