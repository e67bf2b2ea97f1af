"""A slow wire between network namespaces: `python3 wire.py MILLISECONDS NAMESPACE=ADDRESS…`

Gives each namespace a device `eth0` and carries every IPv4 packet, in order, to the one that has the packet's address,
so many milliseconds later. What is for nobody is dropped, as is what no longer fits. Stands in for netem, which not every
kernel has.

Says "ready" once the devices are there. Told to stop, it says how long a packet was really under way: how well the
process got the processor is part of every figure taken over it.
"""

import collections
import contextlib
import ctypes
import fcntl
import os
import select
import signal
import socket
import struct
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 0x0001, 0x1000, 0x40000000

# More than two browsers ever have under way in a moment, and 6 MB at the most. Units: packets.
MAX_QUEUE = 4096

# Read from one device before what is due has its turn. Units: packets.
MAX_BATCH = 32


def device(namespace):
    """The packets of a namespace. The process stays there, which is of no matter to what it holds."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/run/netns/{namespace}") as space:
        if libc.setns(space.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"no way into {namespace}")
    packets = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(packets, TUNSETIFF, struct.pack("16sH22x", b"eth0", IFF_TUN | IFF_NO_PI))
    return packets


def carry(delay, devices, trips):
    """Carries until the end of the process. As all are as long under way, who came first leaves first."""
    queue = collections.deque()
    while True:
        while queue and queue[0][0] <= time.monotonic():
            due, target, packet = queue.popleft()
            try:
                os.write(target, packet)
            except OSError:
                continue  # The host's own queue is full, or it is gone.
            trips.append(time.monotonic() - due + delay)
        wait = max(0.0, queue[0][0] - time.monotonic()) if queue else None
        # Not poll: that one counts in whole milliseconds.
        for source in select.select(devices.values(), [], [], wait)[0]:
            for _ in range(MAX_BATCH):
                try:
                    packet = os.read(source, 65536)
                except BlockingIOError:
                    break
                target = devices.get(packet[16:20]) if packet[0] >> 4 == 4 else None
                if target is not None and len(queue) < MAX_QUEUE:
                    queue.append((time.monotonic() + delay, target, packet))


def main():
    delay = float(sys.argv[1]) / 1000
    hosts = [argument.split("=") for argument in sys.argv[2:]]
    devices = {socket.inet_aton(address): device(namespace) for namespace, address in hosts}
    trips = collections.deque(maxlen=1_000_000)
    # A real wire does not slow down while browsers are busy.
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    print("ready", flush=True)
    try:
        carry(delay, devices, trips)
    finally:
        took = sorted(trips) or [0]
        median, most = took[len(took) // 2], took[len(took) * 99 // 100]
        print(f"{len(trips)} packets, each {median * 1000:.1f} ms under way, 99 of 100 at most {most * 1000:.1f} ms")


main()
