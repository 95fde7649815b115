"""Where webhooks may go, address by address and URL by URL; and that what was judged is what is connected to."""

import asyncio

import httpcore
import pytest
from receiver import Receiver

from guerdon.connect import addresses
from guerdon.connect.addresses import AddressRefused, check_url, guarded_pool, why_refused

REFUSED = """
0.0.0.0            this machine
10.0.0.7           private
100.64.0.1         shared by a provider
100.100.100.200    a cloud's metadata
127.0.0.1          loopback
127.255.255.254    loopback
168.63.129.16      a cloud's control plane
169.254.169.254    a cloud's metadata
172.16.0.1         private
172.31.255.255     private
192.0.2.1          documentation
192.168.1.1        private
198.18.0.1         benchmarks
224.0.0.1          multicast
239.255.255.255    multicast
240.0.0.1          reserved
255.255.255.255    broadcast
::                 this machine
::1                loopback
::7f00:1           loopback, compatible
::ffff:127.0.0.1   loopback, mapped
::ffff:a00:7       private, mapped
64:ff9b::a00:7     private, translated
64:ff9b:1::a00:7   private, translated locally
2002:a00:7::       private, 6to4
2001:0:a00:1::f5ff:fff8  teredo
fc00::1            unique local
fd00:ec2::254      a cloud's metadata
fe80::1            link-local
fe80::1%eth0       link-local, with its zone
fec0::1            site-local
ff02::1            multicast
2001:db8::1        documentation
2130706433         no address
0x7f.1             no address
example.com        no address
"""

ALLOWED = """
1.1.1.1
93.184.216.34
172.15.255.255
172.32.0.0
168.63.129.15
168.63.129.17
2606:4700:4700::1111
::ffff:93.184.216.34
64:ff9b::5db8:d822
2002:5db8:d822::
"""


@pytest.mark.parametrize("address", [line.split("  ")[0] for line in REFUSED.strip().splitlines()])
def test_an_address_that_is_not_in_the_public_internet_is_refused(address: str) -> None:
    assert why_refused(address) != ""


@pytest.mark.parametrize("address", ALLOWED.split())
def test_one_that_is_may_be_sent_to(address: str) -> None:
    assert why_refused(address) == ""


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/hook",
        "//example.com/hook",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https:///hook",
        "http://example.com/",
        "https://ana@example.com/",
        "https://ana:secret@example.com/",
        "https://example.com/#part",
        "https://example.com:99999/",
        "https://example.com:x/",
        "https://exa mple.com/",
        "https://example.com/\r\nhost: other",
        "https://пример.com/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.7]/",
        "https://[not-an-address]/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/",
        "https://a.localhost/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://example.com/" + "x" * 2_000,
    ],
)
def test_a_url_that_is_unfit_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_url(url, private_allowed=False)


@pytest.mark.parametrize("url", ["https://example.com", "https://example.com:8443/a?b=c", "https://93.184.216.34/"])
def test_a_url_that_is_fit_passes(url: str) -> None:
    check_url(url, private_allowed=False)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/", "http://localhost/", "https://10.0.0.7/"])
def test_a_setting_lets_ones_own_network_through(url: str) -> None:
    check_url(url, private_allowed=True)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://ana@127.0.0.1/", "http://127.0.0.1/#x"])
def test_and_nothing_else(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_url(url, private_allowed=True)


def post(url: str, *, private_allowed: bool) -> int:
    async def send() -> int:
        async with guarded_pool(private_allowed=private_allowed) as pool:
            return (await pool.request("POST", url, content=b"{}")).status

    return asyncio.run(send())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]"])
def test_however_loopback_is_written_nothing_connects_to_it(host: str) -> None:
    with pytest.raises((AddressRefused, httpcore.ConnectError)) as refused, Receiver() as receiver:
        post(receiver.url.replace("127.0.0.1", host), private_allowed=False)
    assert receiver.received == []
    assert isinstance(refused.value, AddressRefused) or "cannot be looked up" in str(refused.value)


def test_a_name_is_looked_up_once_and_what_was_judged_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads to the public internet at first and home the second time is looked up no second time."""
    asked: list[str] = []
    connected: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    async def connect_tcp(self: object, host: str, *_: object, **__: object) -> httpcore.AsyncNetworkStream:
        connected.append(host)
        raise httpcore.ConnectError("that is far enough")

    monkeypatch.setattr(addresses, "resolve", resolve)
    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect_tcp)
    with pytest.raises(httpcore.ConnectError, match="far enough"):
        post("http://rebinding.example/", private_allowed=False)
    assert (asked, connected) == (["rebinding.example"], ["93.184.216.34"])
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.1"):
        post("http://rebinding.example/", private_allowed=False)
    assert len(connected) == 1


def test_one_refused_address_among_several_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["93.184.216.34", "10.0.0.7"]

    monkeypatch.setattr(addresses, "resolve", resolve)
    with pytest.raises(AddressRefused, match=r"10\.0\.0\.7"):
        post("http://mixed.example/", private_allowed=False)


def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    with Receiver() as receiver:
        assert post(receiver.url, private_allowed=True) == 204
