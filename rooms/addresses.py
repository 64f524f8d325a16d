"""Which of the site's addresses reach it from where."""

import ipaddress
import socket


def is_loopback(host: str) -> bool:
    """Whether a host, as in an address and without a port, is reached from this computer alone."""
    name = host.strip("[]").rstrip(".").lower()
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def network_address() -> str | None:
    """The address by which others on the network reach this machine; None without a network."""
    address = on_network()
    return None if address is None or is_loopback(address) else address


def on_network(family: socket.AddressFamily = socket.AF_INET) -> str | None:
    """The address by which others in the network reach this machine; None if it has no network."""
    elsewhere = "2001:db8::1" if family == socket.AF_INET6 else "192.0.2.1"  # addresses that are nobody's
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((elsewhere, 9))  # sends nothing: asks which address the machine would use
            return str(probe.getsockname()[0])
    except OSError:
        return None
