"""How much may wait to be stored at once, so that a database that is slow fills no memory."""

from convo.errors import StoreUnavailable


class Room:
    """Counts what requests brought and is not stored yet, in pieces and in bytes."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self.most = most
        self.most_bytes = most_bytes
        self.items = 0
        self.bytes = 0


class Place:
    """What one request has of the room, until it leaves."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._items = 0
        self._bytes = 0

    def take(self, *, items: int = 0, size: int = 0) -> None:
        """Take more; raises StoreUnavailable where others have too much already.

        Who is alone may have more than there is: it would never be stored otherwise.
        """
        room = self._room
        shared = room.items > self._items
        if shared and (room.items + items > room.most or room.bytes + size > room.most_bytes):
            raise StoreUnavailable(f"{room.items} items of {room.bytes} bytes wait to be stored already")
        room.items += items
        room.bytes += size
        self._items += items
        self._bytes += size

    def leave(self) -> None:
        """Give back all of it."""
        self._room.items -= self._items
        self._room.bytes -= self._bytes
        self._items = self._bytes = 0
