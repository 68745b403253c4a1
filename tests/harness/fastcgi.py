"""A worker of the tests' own: says to nginx what a test wants said, whatever a real worker would say."""

import socket
import struct
import threading

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6


def _exactly(link, length):
    data = b""
    while len(data) < length:
        piece = link.recv(length - len(data))
        if not piece:
            raise ConnectionError
        data += piece
    return data


def _length(data, at):
    if data[at] < 128:
        return data[at], at + 1
    return struct.unpack(">I", data[at : at + 4])[0] & 0x7FFFFFFF, at + 4


def _pairs(data):
    at, found = 0, {}
    while at < len(data):
        name, at = _length(data, at)
        value, at = _length(data, at)
        found.setdefault(data[at : at + name].decode(), data[at + name : at + name + value].decode("latin-1"))
        at += name + value
    return found


class Request:
    def __init__(self, params, body):
        self.params, self.body = params, body


class Workers:
    """Listens on a unix socket; `answer(request)` gives (status, headers, body). All requests are in `seen`."""

    def __init__(self, path, answer):
        self.answer, self.seen = answer, []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen(64)
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                link, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link):
        with link:
            try:
                self._one(link)
            except (ConnectionError, BrokenPipeError):
                pass

    def _one(self, link):
        params = body = b""
        while True:
            _, kind, number, length, padding, _ = struct.unpack(">BBHHBB", _exactly(link, 8))
            data = _exactly(link, length)
            _exactly(link, padding)
            if kind == PARAMS:
                params += data
            elif kind == STDIN and data:
                body += data
            elif kind == STDIN:
                break
        request = Request(_pairs(params), body)
        self.seen.append(request)
        status, headers, text = self.answer(request)
        head = f"Status: {status}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n"
        reply = head.encode("utf-8") + text
        for at in range(0, len(reply), 60000):
            piece = reply[at : at + 60000]
            link.sendall(struct.pack(">BBHHBB", 1, STDOUT, number, len(piece), 0, 0) + piece)
        link.sendall(struct.pack(">BBHHBB", 1, STDOUT, number, 0, 0, 0))
        link.sendall(struct.pack(">BBHHBB", 1, END, number, 8, 0, 0) + bytes(8))

    def close(self):
        self.socket.close()
