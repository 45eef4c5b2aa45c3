#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# A reader of changes.bin, written from docs/recording.md alone: writes a
# device's flash and fuses as they were after an event.
#
#   changes.py FOLDER DEVICE EVENT FLASH FUSES
import hashlib
import pathlib
import struct
import sys

BYTES, FILL, COPY, TAINT, WEAR, LOCKS, FUSES, STATE, LINK, OFFER, PACKET = range(1, 12)


def payload_size(kind, length):
    if kind in (FILL, TAINT, WEAR):
        return 0
    return 4 if kind == COPY else length


def check(data, recording):
    assert data[:8] == b"OTALCHG\n" and data[-80:-72] == b"OTALEND\n"
    assert hashlib.sha256(data[:-32]).digest() == data[-32:]
    assert hashlib.sha256(recording).digest() == data[-64:-32]


def changes(data):
    at = struct.unpack_from("<I", data, 12)[0]
    for _ in range(struct.unpack_from("<Q", data, len(data) - 72)[0]):
        head = struct.unpack_from("<BBBBIIIQ", data, at)
        size = payload_size(head[0], head[5])
        yield head, data[at + 24 : at + 24 + size]
        at += 24 + size
    assert at == len(data) - 80


def fold(data, last):
    devices, size = struct.unpack_from("<II", data, 16)
    flash = [bytearray(b"\xff" * size) for _ in range(devices)]
    fuses = [bytes(256) for _ in range(devices)]
    for head, payload in changes(data):
        kind, device, _, value, address, length, event, _ = head
        if event > last:
            break
        part = slice(address, address + length)
        if kind == BYTES:
            flash[device - 1][part] = payload
        elif kind == FILL:
            flash[device - 1][part] = bytes([value]) * length
        elif kind == COPY:
            source = struct.unpack("<I", payload)[0]
            flash[device - 1][part] = flash[value - 1][source : source + length]
        elif kind == FUSES:
            fuses[device - 1] = payload[:256]
    return flash, fuses


def main():
    folder = pathlib.Path(sys.argv[1])
    device, last = int(sys.argv[2]), int(sys.argv[3])
    data = (folder / "changes.bin").read_bytes()
    check(data, (folder / "recording.ndjson").read_bytes())
    flash, fuses = fold(data, last)
    pathlib.Path(sys.argv[4]).write_bytes(flash[device - 1])
    pathlib.Path(sys.argv[5]).write_bytes(fuses[device - 1])


main()
