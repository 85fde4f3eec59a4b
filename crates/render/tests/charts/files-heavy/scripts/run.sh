#!/bin/sh
set -e
echo "hi $1"
