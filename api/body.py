"""Read JSON bodies strictly, and bound their size while they stream in."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response


class StrictRequest(Request):
    """A request whose JSON is what the standard says: UTF-8, no NaN, no bottomless nesting.

    A body that is none becomes bytes, on which validation fails, and the reason is left in the
    request's state. Raising here instead would tell about the body before asking for the key.
    """

    async def json(self) -> Any:
        """Return the parsed body, or bytes where it cannot be parsed."""
        raw = await self.body()
        try:
            return json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
        except UnicodeDecodeError:
            why = "The body must be JSON in UTF-8."
        except json.JSONDecodeError as error:
            why = f"The body is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        except RecursionError:
            why = "The body is nested too deeply."
        except _NotANumber as error:
            why = f"The body is not valid JSON: {error} is no number."
        except ValueError:  # Python's limit on digits
            why = "The body holds a number of thousands of digits."
        self.state.unreadable = why
        return raw


class StrictRoute(APIRoute):
    """A route that reads its body through StrictRequest."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler so that it is given a StrictRequest."""
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handler(StrictRequest(request.scope, request.receive))

        return strict


class TooLarge(HTTPException):
    """The body exceeds the limit; raised while reading, so that no more than the limit is held."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, f"The body is larger than {limit} bytes.")


class _NotANumber(ValueError):
    pass


def _refuse_constant(name: str) -> NoReturn:
    raise _NotANumber(name)
