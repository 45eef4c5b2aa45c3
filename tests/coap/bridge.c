/* SPDX-License-Identifier: MIT */
/*
 * Joins a UDP socket on the loopback to the world's update server, with the
 * model of the link in between: somebody else's CoAP client talks to our
 * server, and loses what the link loses.
 *
 *   bridge IMAGE SEED LOSS DUPLICATE REORDER     the last three in ppm
 *
 * Prints its port, serves until standard input ends, then prints counts and
 * the reports it got. Nothing here asks for the time: each datagram from the
 * client takes the world one second further, and what is due later than that
 * comes with a later one. A minute without a datagram is an error.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "outside/link.h"
#include "outside/server.h"

#define MS UINT64_C(1000000)
#define STEP_NS (1000u * MS)
#define PATIENCE_MS 60000
#define IMAGE_LIMIT (1u << 20)
#define SERVER_NODE 0u
#define CLIENT_NODE 1u
#define COAP_PORT 5683u

struct bridge {
    int fd;
    uint64_t now;
    struct link link;
    struct server server;
    struct server_image image;
};

static struct bridge bridge;
static uint8_t image[IMAGE_LIMIT];

static int read_image(const char *path)
{
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        return -1;
    }
    size_t size = fread(image, 1, sizeof(image), file);
    int err = ferror(file);
    if (fclose(file) != 0 || err) {
        return -1;
    }
    bridge.image =
        (struct server_image){.bytes = image, .size = (uint32_t)size};
    return 0;
}

/* An address of the loopback; port 0: any. */
static struct sockaddr_in loopback(uint32_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port)};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int open_socket(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof(address);

    bridge.fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (bridge.fd < 0 ||
        bind(bridge.fd, (struct sockaddr *)&address, length) != 0 ||
        getsockname(bridge.fd, (struct sockaddr *)&address, &length) != 0) {
        return -1;
    }
    printf("%u\n", ntohs(address.sin_port));
    return fflush(stdout);
}

static void deliver(const struct link_packet *packet)
{
    struct endpoint server = {SERVER_NODE, COAP_PORT};
    uint8_t answer[SERVER_ANSWER];

    if (packet->direction == LINK_DOWN) {
        struct sockaddr_in address = loopback(packet->to.port);
        /* a client that is gone is no error */
        (void)!sendto(bridge.fd, packet->bytes, packet->length, 0,
                      (struct sockaddr *)&address, sizeof(address));
        return;
    }
    uint32_t length =
        server_receive(&bridge.server, packet->due_ns, packet->from,
                       packet->bytes, packet->length, &bridge.image, 1, answer);
    if (length > 0) {
        link_send(&bridge.link, packet->due_ns, LINK_DOWN, server, packet->from,
                  answer, length);
    }
}

static int carry_one(void)
{
    struct endpoint server = {SERVER_NODE, COAP_PORT};
    struct sockaddr_in address;
    socklen_t length = sizeof(address);
    uint8_t bytes[2048];
    struct link_packet packet;

    ssize_t size = recvfrom(bridge.fd, bytes, sizeof(bytes), 0,
                            (struct sockaddr *)&address, &length);
    if (size < 0) {
        return -1;
    }
    struct endpoint client = {CLIENT_NODE, ntohs(address.sin_port)};
    link_send(&bridge.link, bridge.now, LINK_UP, client, server, bytes,
              (uint32_t)size);
    bridge.now += STEP_NS;
    while (link_take(&bridge.link, bridge.now, &packet)) {
        deliver(&packet);
    }
    return 0;
}

static int serve(void)
{
    struct pollfd fds[2] = {{.fd = bridge.fd, .events = POLLIN},
                            {.fd = STDIN_FILENO, .events = POLLIN}};

    for (;;) {
        if (poll(fds, 2, PATIENCE_MS) <= 0) {
            return -1;
        }
        if (fds[0].revents != 0 && carry_one() != 0) {
            return -1;
        }
        if (fds[1].revents != 0) {
            return 0;
        }
    }
}

static void print_way(const char *name, const struct link_way *way)
{
    printf("%s.offered %lu\n%s.lost %lu\n%s.copies %lu\n", name,
           (unsigned long)way->counts.offered, name,
           (unsigned long)way->counts.lost[LINK_LOST_RANDOM], name,
           (unsigned long)way->counts.duplicated);
    printf("%s.reordered %lu\n", name, (unsigned long)way->counts.reordered);
}

static void print_all(void)
{
    const struct server_counts *counts = &bridge.server.counts;

    print_way("up", &bridge.link.way[LINK_UP]);
    print_way("down", &bridge.link.way[LINK_DOWN]);
    printf("duplicates %lu\nmalformed %lu\nrefused %lu\ncontent %lu\n",
           (unsigned long)counts->duplicates, (unsigned long)counts->malformed,
           (unsigned long)counts->refused,
           (unsigned long)counts->content[SERVER_IMAGE]);
    for (uint32_t back = 0;; back++) {
        const struct server_report *report =
            server_report(&bridge.server, back);
        if (report == NULL) {
            break;
        }
        printf("report %.*s\n", (int)report->length,
               (const char *)report->bytes);
    }
}

static uint32_t number(const char *text)
{
    return (uint32_t)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
    struct link_figures figures = {.rate = 60000,
                                   .latency = 40 * MS,
                                   .jitter = 20 * MS,
                                   .reorder_time = 1500 * MS,
                                   .duplicate_time = 3000 * MS,
                                   .overhead = 28};

    if (argc != 6 || read_image(argv[1]) != 0) {
        fprintf(stderr, "bridge IMAGE SEED LOSS DUPLICATE REORDER\n");
        return 2;
    }
    uint32_t seed = number(argv[2]);
    figures.loss = number(argv[3]);
    figures.duplicate = number(argv[4]);
    figures.reorder = number(argv[5]);
    server_init(&bridge.server, seed);
    if (link_init(&bridge.link, &figures, &figures, seed, "bridge") != 0 ||
        server_publish(&bridge.server, "a descriptor", 12, 0, 1) != 0 ||
        open_socket() != 0) {
        fprintf(stderr, "bridge: cannot start\n");
        return 3;
    }
    int err = serve();
    print_all();
    return err == 0 ? 0 : 1;
}
