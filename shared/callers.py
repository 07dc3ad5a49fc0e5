"""Where a request comes from, behind proxies of ours or none; kept only as a keyed hash, while it is counted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Caller:
    """Where a request comes from, as API Gateway tells it. forwarded_for: the header, None where absent.

    proxies: how many of ours it passed on its way, each of which adds the address before it to that header.
    """

    source: str
    forwarded_for: str | None = None
    proxies: int = 0

    @property
    def address(self) -> str:
        """The address it was sent from; what stands further left in the header, anybody can write."""
        hops = [hop.strip() for hop in (self.forwarded_for or "").split(",")]
        return hops[-1 - self.proxies] if self.proxies and len(hops) > self.proxies else self.source

    @property
    def network(self) -> str:
        """The address; of IPv6 the first 64 bits, which is what one household or telephone has.

        `::ffff:192.0.2.1` is 192.0.2.1, as a proxy writes it that speaks both.
        """
        import ipaddress  # at first use

        try:
            address = ipaddress.ip_address(self.address)
        except ValueError:
            return self.address[:64]
        if address.version == 6 and address.ipv4_mapped:
            address = address.ipv4_mapped
        if address.version == 4:
            return str(address)
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
